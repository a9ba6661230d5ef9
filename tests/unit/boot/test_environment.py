"""Settings from the environment: defaults, refusals that name the variable, and a root key that is made once."""

import os
from pathlib import Path

import pytest

from ringfence.boot.environment import LONGEST_SOCKET_PATH, VARIABLES, BadEnvironment, read
from ringfence.core.config import NotConfigured
from ringfence.vault.errors import KeyRejected

ROOT = Path(__file__).parents[3]


def test_everything_stands_beside_the_data_and_is_private(tmp_path: Path) -> None:
    config = read({"RINGFENCE_DATA": str(tmp_path / "house" / "data")})
    assert config.public_url == "https://localhost:8443"
    assert config.keyring_url == str(tmp_path / "house" / "data.keyring")
    assert config.root_key_path.stat().st_mode & 0o077 == 0
    assert config.data_dir.stat().st_mode & 0o077 == 0
    assert config.run_dir.stat().st_mode & 0o077 == 0


def test_a_second_start_has_the_same_secrets(tmp_path: Path) -> None:
    env = {"RINGFENCE_DATA": str(tmp_path / "data")}
    assert read(env).secret_key == read(env).secret_key
    assert read(env, login="web").database_urls == read(env, login="web").database_urls


def test_a_process_is_given_its_own_login_alone(tmp_path: Path) -> None:
    urls = read({"RINGFENCE_DATA": str(tmp_path / "data")}, login="media").database_urls
    assert urls.of("media").startswith("postgresql://rf_media:")
    with pytest.raises(NotConfigured):
        urls.of("owner")


def test_no_secret_shows_when_settings_are_printed(tmp_path: Path) -> None:
    config = read({"RINGFENCE_DATA": str(tmp_path / "data")})
    assert config.secret_key not in repr(config)
    assert "postgresql://" not in repr(config)


@pytest.mark.parametrize("port", ["0", "65536", "https", "-1", "8443 "])
def test_a_port_that_is_none_is_refused(tmp_path: Path, port: str) -> None:
    with pytest.raises(BadEnvironment, match="RINGFENCE_PORT"):
        read({"RINGFENCE_DATA": str(tmp_path), "RINGFENCE_PORT": port})


def test_an_address_in_the_clear_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadEnvironment, match="RINGFENCE_PUBLIC_URL"):
        read({"RINGFENCE_DATA": str(tmp_path), "RINGFENCE_PUBLIC_URL": "http://calls.example.org"})


@pytest.mark.parametrize("address", ["ask us", "privacy", "a@b c", "a@@b", "@", "a@"])
def test_a_privacy_address_that_nobody_can_write_to_is_refused(tmp_path: Path, address: str) -> None:
    """With it the trust page would call promises kept that rest on it."""
    with pytest.raises(BadEnvironment, match="RINGFENCE_PRIVACY_ADDRESS"):
        read({"RINGFENCE_DATA": str(tmp_path / "data"), "RINGFENCE_PRIVACY_ADDRESS": address})
    told = read(
        {"RINGFENCE_DATA": str(tmp_path / "data"), "RINGFENCE_PRIVACY_ADDRESS": "privacy@example.org"}
    )
    assert told.privacy_address == "privacy@example.org"


def test_a_lost_root_key_is_not_made_anew_over_existing_data(tmp_path: Path) -> None:
    env = {"RINGFENCE_DATA": str(tmp_path / "data")}
    config = read(env)
    (config.data_dir / "postgres").mkdir()
    config.root_key_path.unlink()
    with pytest.raises(KeyRejected, match="Restore it"):
        read(env)


def test_a_deep_data_folder_still_gets_a_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 100) / "data"
    config = read({"RINGFENCE_DATA": str(deep)})
    assert len(str(config.run_dir)) <= LONGEST_SOCKET_PATH
    assert config.run_dir.stat().st_uid == os.getuid()
    config.run_dir.rmdir()


def test_every_variable_is_documented() -> None:
    readme = (ROOT / "README.md").read_text()
    assert [name for name in VARIABLES if name not in readme] == []
