"""Trust: the authority is copied and the store refreshed where this user may, and told how where not."""

import subprocess
from pathlib import Path

import pytest

from ringfence.boot import trust
from ringfence.boot.trust import Place, by_hand, install

FAILS = ("false",)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RINGFENCE_DATA", str(tmp_path / "data"))
    folder = tmp_path / "store"
    folder.mkdir()
    place = Place(
        "This machine's programs", (("touch", str(folder / "refreshed")),), folder / "ringfence.crt"
    )
    monkeypatch.setattr(trust, "places", lambda _authority: [place, Place("Firefox", (FAILS,))])
    return folder


def test_it_adds_the_authority_and_says_what_is_left(store: Path, tmp_path: Path) -> None:
    lines = install(show=False)
    authority = tmp_path / "data" / "tls" / "authority.pem"
    assert (store / "ringfence.crt").read_bytes() == authority.read_bytes()
    assert (store / "refreshed").exists()
    assert "This machine's programs: trusted." in lines
    assert "    false" in lines


def test_it_can_only_show(store: Path) -> None:
    lines = install(show=True)
    assert not (store / "ringfence.crt").exists()
    assert any("sudo cp" in line for line in lines)


def test_what_is_shown_is_what_would_be_done() -> None:
    place = Place("x", (("update-ca-certificates",),), Path("/store/ringfence.crt"))
    assert by_hand(place, Path("/a.pem")) == [
        "sudo cp /a.pem /store/ringfence.crt",
        "sudo update-ca-certificates",
    ]


def test_curl_would_believe_it(store: Path, tmp_path: Path) -> None:
    """The leaf verifies against what was copied, by another implementation than the one that made it."""
    install(show=False)
    chain = tmp_path / "data" / "tls" / "server.pem"
    verify = [
        "openssl",
        "verify",
        "-CAfile",
        str(store / "ringfence.crt"),
        "-verify_hostname",
        "localhost",
        str(chain),
    ]
    try:
        done = subprocess.run(verify, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("no openssl program here")
    assert done.returncode == 0, done.stderr
