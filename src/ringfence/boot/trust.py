"""Makes this machine trust the installation's own certificate authority, which can vouch for its own names alone."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from ringfence.boot.doors import certificate_of
from ringfence.boot.wiring import configure

NAME: Final = "Ringfence development authority"


@dataclass(frozen=True, slots=True)
class Place:
    """A store of trusted authorities, how to add to it, and what to type where we may not."""

    title: str
    commands: tuple[Sequence[str], ...]
    copies: Path | None = None


def install(*, show: bool) -> list[str]:
    """Add the authority wherever this user may; what was done and what is left to do, a line each."""
    config = configure("web")
    if config.tls_chain is not None:
        return [
            f"Nothing to do: this installation shows the certificate of {config.tls_chain}, which others vouch for."
        ]
    authority = certificate_of(config).authority
    lines = [f"The authority is {authority}"]
    for place in places(authority):
        if show or not _done(place, authority):
            lines.append(f"{place.title}: run this as a user who may:")
            lines.extend(f"    {line}" for line in by_hand(place, authority))
        else:
            lines.append(f"{place.title}: trusted.")
    if len(lines) == 1:
        lines.append(
            "No store of authorities was found here. Import that file into your browser's authorities."
        )
    return lines


def places(authority: Path) -> list[Place]:
    """The stores that this machine has."""
    found = []
    name = f"ringfence-{sha256(str(authority).encode()).hexdigest()[:8]}.crt"
    for folder, refresh in (
        (Path("/usr/local/share/ca-certificates"), "update-ca-certificates"),
        (Path("/etc/pki/ca-trust/source/anchors"), "update-ca-trust"),
    ):
        if folder.is_dir() and shutil.which(refresh):
            found.append(Place("This machine's programs", ((refresh,),), folder / name))
    if sys.platform == "darwin":
        keychain = Path.home() / "Library/Keychains/login.keychain-db"
        add = ("security", "add-trusted-cert", "-r", "trustRoot", "-k", str(keychain), str(authority))
        found.append(Place("This user's keychain", (add,)))
    database = Path.home() / ".pki/nssdb"
    if shutil.which("certutil"):
        found.append(Place("Chromium", (_certutil(database, authority),)))
        profiles = [*Path.home().glob(".mozilla/firefox/*/cert9.db")]
        found.extend(Place("Firefox", (_certutil(each.parent, authority),)) for each in profiles)
    return found


def by_hand(place: Place, authority: Path) -> list[str]:
    """The same as command lines."""
    copy = [f"sudo cp {authority} {place.copies}"] if place.copies else []
    prefix = "sudo " if place.copies else ""
    return [*copy, *(prefix + " ".join(each) for each in place.commands)]


def _certutil(database: Path, authority: Path) -> tuple[str, ...]:
    return ("certutil", "-d", f"sql:{database}", "-A", "-t", "C,,", "-n", NAME, "-i", str(authority))


def _done(place: Place, authority: Path) -> bool:
    try:
        if place.copies is not None:
            if not os.access(place.copies.parent, os.W_OK):
                return False
            shutil.copyfile(authority, place.copies)
        for each in place.commands:
            subprocess.run(each, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True
