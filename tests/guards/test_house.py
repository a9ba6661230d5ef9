"""The shape of the house: layers, no circles, no hidden rooms, proportions, and nothing foreign in it."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "ringfence"

LONGEST_FILE = 500
LONGEST_FUNCTION = 70

# Words assembled here so that this file does not contain them itself.
FOREIGN = [
    ("--" + "index-url", "the address of a package index"),
    ("extra-" + "index", "the address of a package index"),
    ("files." + "pythonhosted", "the address of a package index"),
    ("registry." + "npmjs", "the address of a package index"),
    ("/" + "work/" + "main", "a path of one machine"),
    ("/" + "root/", "a path of one machine"),
]


def tracked(*patterns: str) -> list[Path]:
    out = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / line for line in out.stdout.splitlines() if (ROOT / line).is_file()]


def python_files() -> list[Path]:
    return [p for p in SOURCE.rglob("*.py") if "migrations" not in p.parts]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_imports_go_down_only_and_never_in_circles() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]


def test_every_folder_with_code_is_a_package() -> None:
    bare = {p.parent for p in SOURCE.rglob("*.py") if not (p.parent / "__init__.py").exists()}
    assert not bare, f"namespace packages hide code: {sorted(map(str, bare))}"


def test_no_file_is_too_long() -> None:
    long = {
        str(p.relative_to(ROOT)): n
        for p in python_files()
        if (n := len(p.read_text().splitlines())) > LONGEST_FILE
    }
    assert not long


def test_no_function_is_too_long() -> None:
    long = [
        f"{path.relative_to(ROOT)}:{f.lineno} {f.name}"
        for path in python_files()
        for f in functions(path)
        if (f.end_lineno or f.lineno) - f.lineno + 1 > LONGEST_FUNCTION
    ]
    assert not long


@pytest.mark.parametrize(("text", "what"), FOREIGN)
def test_nothing_foreign_in_tracked_files(text: str, what: str) -> None:
    found = [
        str(p.relative_to(ROOT))
        for p in tracked()
        if p.suffix not in {".wav", ".png", ".ico"} and text in p.read_text(errors="replace")
    ]
    assert not found, f"{what} in {found}"


def test_only_boot_reads_the_environment() -> None:
    reads = re.compile(r"\bos\.(environ|getenv)\b")
    found = [
        str(p.relative_to(ROOT))
        for p in python_files()
        if "boot" not in p.parts and reads.search(p.read_text())
    ]
    assert not found


def test_nothing_catches_everything_away_from_the_edge() -> None:
    """`except Exception` only where a process ends, on a line that names the edge."""
    found = []
    for path in python_files():
        lines = path.read_text().splitlines()
        for node in ast.walk(ast.parse("\n".join(lines))):
            if not isinstance(node, ast.ExceptHandler):
                continue
            name = node.type.id if isinstance(node.type, ast.Name) else None
            broad = node.type is None or name in {"Exception", "BaseException"}
            if broad and "edge:" not in lines[node.lineno - 1]:
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not found, f"broad except without an `edge:` reason: {found}"
