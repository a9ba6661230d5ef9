# ruff: noqa: INP001 (a script, not a package)
"""The bill of materials of an installation: what lock/run.txt names, as CycloneDX 1.6 (ECMA-424), on standard output.

Versions and their hashes come from the lock, licences and who needs whom from what is installed. The same lock gives the same
bytes. SAYS has the licences of parts that are for other systems than this one, or whose packages say none.
"""

import json
import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

LOCK: Final = Path(__file__).parents[1] / "lock" / "run.txt"
SAYS: Final = {
    "aiofastnet": "MIT",
    "colorama": "BSD-3-Clause",
    "espeakng-loader": "MIT AND GPL-3.0-or-later",  # the loader, and the voice that comes with it (docs/decisions/0004)
    "picows": "MIT",
}
_LINE: Final = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)")
_NEEDS: Final = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)")
_OSI: Final = "License :: OSI Approved :: "
_LONGEST_NAME: Final = 80  # what is longer is the licence's text


def main() -> None:
    locked = sorted(named(LOCK.read_text()))
    own = distribution("ringfence")
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, own.version + LOCK.read_text())}",
        "version": 1,
        "metadata": {"component": component("ringfence", own.version) | {"type": "application"}},
        "components": [component(name, version) for name, version in locked],
        "dependencies": [
            {"ref": purl(name, version), "dependsOn": needs(name, locked)}
            for name, version in [("ringfence", own.version), *locked]
        ],
    }
    json.dump(document, sys.stdout, indent=2)
    sys.stdout.write("\n")


def named(lock: str) -> Iterator[tuple[str, str]]:
    """Names and versions of a lock file; a part may have one version for older Pythons and another for newer ones."""
    for line in lock.splitlines():
        if match := _LINE.match(line):
            yield match[1], match[2]


def found(name: str) -> Distribution | None:
    """What is installed under this name."""
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def purl(name: str, version: str) -> str:
    return f"pkg:pypi/{plain(name)}@{version}"


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def component(name: str, version: str) -> dict[str, Any]:
    ref = purl(name, version)
    return {
        "type": "library", "bom-ref": ref, "name": name, "version": version, "purl": ref, "scope": "required",
        "licenses": licences(name, found(name)),
    }  # fmt: skip


def licences(name: str, part: Distribution | None) -> list[dict[str, Any]]:
    """As the part itself says it: an expression, or names. Exits where it says nothing, and nobody here does."""
    if name in SAYS:
        return [{"expression": SAYS[name]}]
    if part is None:
        sys.exit(f"{name} is not installed here: name its licence in scripts/sbom.py.")
    if said := part.metadata["License-Expression"]:
        return [{"expression": said}]
    names = [
        each.removeprefix(_OSI) for each in part.metadata.get_all("Classifier") or [] if each.startswith(_OSI)
    ]
    short = (part.metadata["License"] or "").strip().partition("\n")[0]
    if not names and 0 < len(short) <= _LONGEST_NAME:
        names = [short]
    if not names:
        sys.exit(f"{name} does not say its licence: read it, and name it in scripts/sbom.py.")
    return [{"license": {"name": each}} for each in names]


def needs(name: str, locked: list[tuple[str, str]]) -> list[str]:
    """Those of the lock that a part asks for, whatever for."""
    part = found(name)
    asked = {
        plain(match[1]) for each in (part.requires or [] if part else []) if (match := _NEEDS.match(each))
    }
    return [purl(*each) for each in locked if each[0] in asked]


if __name__ == "__main__":
    main()
