"""A development certificate authority of this installation's own, and the certificate that the front shows.

The authority may vouch for this machine's names alone (name constraints, RFC 5280 section 4.2.1.10), so trusting it
gives nobody power over any other site.
"""

import ipaddress
import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ringfence.core.clock import Clock

AUTHORITY_LIFE: Final = timedelta(days=3650)
LEAF_LIFE: Final = timedelta(days=397)
RENEW_BEFORE: Final = timedelta(days=30)
_ADDRESSES: Final = ("127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Certificates:
    """Paths of PEM files: the authority to trust, the chain to show, and its private key."""

    authority: Path
    chain: Path
    key: Path


def ensure(folder: Path, host: str, clock: Clock) -> Certificates:
    """Make or renew what is missing, expiring or for other names. Private keys are readable by their owner alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    files = Certificates(folder / "authority.pem", folder / "server.pem", folder / "server.key")
    authority_key = folder / "authority.key"
    names = sorted({"localhost", host})
    if not authority_key.exists() or _stale(files.authority, clock):
        _make_authority(files.authority, authority_key, names, clock)
        files.chain.unlink(missing_ok=True)
    if not files.key.exists() or _stale(files.chain, clock) or _names(files.chain) != set(names):
        _make_leaf(files, authority_key, names, clock)
    return files


def _general_names(names: list[str]) -> list[x509.GeneralName]:
    found: list[x509.GeneralName] = []
    for name in names:
        try:
            found.append(x509.IPAddress(ipaddress.ip_address(name)))
        except ValueError:
            found.append(x509.DNSName(name))
    return [*found, *(x509.IPAddress(ipaddress.ip_address(a)) for a in _ADDRESSES if a not in names)]


def _make_authority(path: Path, key_path: Path, names: list[str], clock: Clock) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Ringfence development authority")])
    permitted: list[x509.GeneralName] = [
        x509.IPAddress(ipaddress.ip_network(each.value)) if isinstance(each, x509.IPAddress) else each
        for each in _general_names(names)
    ]
    usage = x509.KeyUsage(
        key_cert_sign=True, crl_sign=True, digital_signature=False, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        _builder(subject, subject, key, clock, AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.NameConstraints(permitted, None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write_private(key_path, _pem(key))
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _make_leaf(files: Certificates, authority_key: Path, names: list[str], clock: Clock) -> None:
    signer = serialization.load_pem_private_key(authority_key.read_bytes(), None)
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise TypeError("the authority's key is not ours")
    authority = x509.load_pem_x509_certificate(files.authority.read_bytes())
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    certificate = (
        _builder(subject, authority.subject, key, clock, LEAF_LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(_general_names(names)), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .sign(signer, hashes.SHA256())
    )
    _write_private(files.key, _pem(key))
    files.chain.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM) + files.authority.read_bytes()
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, clock: Clock, life: timedelta
) -> x509.CertificateBuilder:
    now = clock.now()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + life)
    )


def _stale(path: Path, clock: Clock) -> bool:
    if not path.exists():
        return True
    return x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc - clock.now() < RENEW_BEFORE


def _names(path: Path) -> set[str]:
    extension = x509.load_pem_x509_certificate(path.read_bytes()).extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    addresses = {str(each) for each in extension.value.get_values_for_type(x509.IPAddress)} - set(_ADDRESSES)
    return set(extension.value.get_values_for_type(x509.DNSName)) | addresses


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write_private(path: Path, data: bytes) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
