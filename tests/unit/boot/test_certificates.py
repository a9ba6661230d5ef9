"""Certificates: made once, renewed in time, constrained to this machine's names."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from ringfence.boot.certificates import LEAF_LIFE, ensure
from ringfence.core.clock import ManualClock


def leaf(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_they_are_made_once_and_private(tmp_path: Path) -> None:
    clock = ManualClock(datetime(2026, 11, 1, tzinfo=UTC))
    first = ensure(tmp_path, "calls.example.org", clock)
    serial = leaf(first.chain).serial_number
    assert leaf(ensure(tmp_path, "calls.example.org", clock).chain).serial_number == serial
    assert first.key.stat().st_mode & 0o077 == 0
    assert (tmp_path / "authority.key").stat().st_mode & 0o077 == 0
    names = leaf(first.chain).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert set(names.get_values_for_type(x509.DNSName)) == {"localhost", "calls.example.org"}


def test_the_authority_can_vouch_for_nothing_else(tmp_path: Path) -> None:
    files = ensure(tmp_path, "localhost", ManualClock(datetime(2026, 11, 1, tzinfo=UTC)))
    constraints = leaf(files.authority).extensions.get_extension_for_class(x509.NameConstraints)
    assert constraints.critical
    assert constraints.value.permitted_subtrees is not None


def test_a_leaf_is_renewed_before_it_ends_and_for_a_new_name(tmp_path: Path) -> None:
    clock = ManualClock(datetime(2026, 11, 1, tzinfo=UTC))
    first = leaf(ensure(tmp_path, "localhost", clock).chain)
    authority = (tmp_path / "authority.pem").read_bytes()
    clock.moment += LEAF_LIFE - timedelta(days=29)
    second = leaf(ensure(tmp_path, "localhost", clock).chain)
    assert second.serial_number != first.serial_number
    assert leaf(ensure(tmp_path, "other.example", clock).chain).serial_number != second.serial_number
    assert (tmp_path / "authority.pem").read_bytes() == authority
