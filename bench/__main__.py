"""Run the benches named, or all: JSON lines on standard output as they come, then a table on standard error."""

import json
import subprocess
import sys

from rich.console import Console
from rich.table import Table

BENCHES = ("sealing", "hearing", "calls", "calllog", "audit", "expiry", "erasure", "plans")


def main() -> int:
    asked = sys.argv[1:] or BENCHES
    lines: list[dict[str, object]] = []
    failed = 0
    for name in asked:
        with subprocess.Popen(
            [sys.executable, "-m", f"bench.{name}"], stdout=subprocess.PIPE, text=True
        ) as child:
            for text in child.stdout or ():
                print(text, end="", flush=True)
                lines.append(json.loads(text))
        failed |= child.returncode
    table = Table("bench", "case", "figure", "value", "unit", "must reach")
    for line in lines:
        table.add_row(
            *(str(line.get(key, "")) for key in ("bench", "case", "figure", "value", "unit", "target"))
        )
    Console(stderr=True, width=140).print(table)
    return failed


if __name__ == "__main__":
    sys.exit(main())
