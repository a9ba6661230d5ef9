"""What a running installation offers on the wire: sslyze's findings, and every door that is open to other machines."""

import json
import subprocess
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
SCANNER: Final = ROOT / ".scan" / "bin" / "python"
CHECKS: Final = (
    "sslv2", "sslv3", "tlsv1", "tlsv1_1", "tlsv1_2", "tlsv1_3", "compression", "early_data", "openssl_ccs", "fallback", "heartbleed",
    "robot", "reneg", "elliptic_curves", "ems",
)  # fmt: skip
_LISTENING: Final = "0A"
_LOOPBACKS: Final = ("0100007F", "00000000000000000000000001000000", "0000000000000000FFFF00000100007F")


def scan(port: int, folder: Path) -> dict[str, Any]:
    """Each of sslyze's checks by name, with its result."""
    said = folder / f"scan-{port}.json"
    subprocess.run(
        [str(SCANNER), "-m", "sslyze", "--quiet", "--mozilla_config", "disable", "--sni", "localhost", "--json_out", str(said),
         *(f"--{each}" for each in CHECKS), f"127.0.0.1:{port}"],
        check=True, timeout=200, stdout=subprocess.DEVNULL, cwd=folder,
    )  # fmt: skip
    (server,) = json.loads(said.read_text())["server_scan_results"]
    assert server["connectivity_status"] == "COMPLETED", server["connectivity_error_trace"]
    results = {
        name: each for name, each in server["scan_result"].items() if each["status"] != "NOT_SCHEDULED"
    }
    failed = [name for name, each in results.items() if each["status"] != "COMPLETED"]
    assert not failed, failed
    return {name: each["result"] for name, each in results.items()}


def accepted(result: dict[str, Any]) -> set[str]:
    """The suites, by their names in the standard, that a version was agreed with."""
    return {each["cipher_suite"]["name"] for each in result["accepted_cipher_suites"]}


def doors(mark: bytes) -> set[int]:
    """Ports on which a process, whose environment holds `mark`, listens for other machines."""
    inodes = set[str]()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes().split(b"\0"):
                inodes |= {str(each.readlink()) for each in (process / "fd").iterdir()}
        except OSError:
            continue
    found = set[int]()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            local, state, inode = (fields := line.split())[1], fields[3], fields[9]
            address, port = local.split(":")
            if state == _LISTENING and f"socket:[{inode}]" in inodes and address not in _LOOPBACKS:
                found.add(int(port, 16))
    return found
