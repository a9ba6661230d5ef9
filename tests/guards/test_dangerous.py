"""What turns words into deeds is not used at all, so that no input ever reaches it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

SOURCE: Final = Path(__file__).parents[2] / "src" / "ringfence"
SCRIPTS: Final = SOURCE / "web" / "static" / "ringfence"
CALLS: Final = {"eval", "exec", "compile", "__import__"}
METHODS: Final = {"system", "popen", "load_module", "unsafe_load", "full_load", "mark_safe", "raw"}
MODULES: Final = (
    "pickle",
    "marshal",
    "shelve",
    "xml.etree",
    "xml.dom",
    "xml.sax.expatreader",
    "lxml",
    "defusedxml",
    "telnetlib",
    "ftplib",
)
WRITING: Final = re.compile(
    r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|new Function|setTimeout\(['\"`])"
)
WEAK: Final = re.compile(
    r"\b(md5|sha1|DES|RC4|ARC4|ECB|PKCS1v15|random\.(random|randint|choice))\b", re.IGNORECASE
)
CARRIERS: Final = (
    "voice/telephony/twilio/signature.py"  # the carrier signs with HMAC-SHA-1, and with nothing else
)


def files() -> list[Path]:
    return [path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts]


def doubtful(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id in CALLS:
                yield f"{node.func.id} in line {node.lineno}"
            if isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
                yield f"{node.func.attr} in line {node.lineno}"
            for word in node.keywords:
                if word.arg == "shell":
                    yield f"a shell in line {node.lineno}"
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name.startswith(MODULES))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(MODULES):
            yield str(node.module)


def test_no_code_is_made_of_words_no_shell_started_no_object_unpickled_and_no_xml_read() -> None:
    found = {
        path.relative_to(SOURCE).as_posix(): said
        for path in files()
        if (said := list(doubtful(ast.parse(path.read_text()))))
    }
    assert found == {}


def test_no_weak_hash_mode_padding_or_chance() -> None:
    found = [
        path.relative_to(SOURCE).as_posix()
        for path in files()
        if any(WEAK.search(line.partition("#")[0]) for line in path.read_text().splitlines())
    ]
    assert found == [CARRIERS]


@pytest.mark.parametrize("script", sorted(SCRIPTS.glob("*.js")), ids=lambda path: path.name)
def test_scripts_write_text_and_never_markup(script: Path) -> None:
    assert not WRITING.search(script.read_text())


def test_templates_escape_all_but_a_picture_of_our_own() -> None:
    found = {
        path.name: said
        for path in (SOURCE / "web" / "templates").rglob("*.html")
        if (
            said := re.findall(
                r"[\w.]+\|safe\w*|autoescape off|<script(?![^>]*src=)[^>]*>|\son\w+=|javascript:",
                path.read_text(),
            )
        )
    }
    assert found == {"app.html": ["picture|safe"]}, "the QR code, drawn here from a secret made here"
