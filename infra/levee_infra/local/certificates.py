"""The local cluster's own certificate authority and its brokers' certificates.

Keys are EC P-256 in PKCS#8, the only form Kafka's PEM stores take (KIP-651). A broker's file holds its key, its
certificate and the authority's, in this order.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from levee.loading.plain_file import MIB, UnreadableError, read_plain
from levee_infra.local.failure import LocalClusterError
from levee_infra.local.private_file import write_private
from levee_infra.local.settings import LOOPBACK

AUTHORITY_LIFE = dt.timedelta(days=3650)
BROKER_LIFE = dt.timedelta(days=825)
RENEW_BEFORE = dt.timedelta(days=90)
CLOCK_SKEW = dt.timedelta(hours=1)


def ca_path(folder: Path) -> Path:
    """The authority's certificate, which clients trust."""
    return folder / "ca.pem"


def broker_path(folder: Path, name: str) -> Path:
    """A broker's key and certificates in one file."""
    return folder / f"{name}.pem"


def ensure_certificates(folder: Path, names: tuple[str, ...], *, now: dt.datetime, nothing_runs: bool) -> bool:
    """Make or renew what is missing or expires within 90 days, for the brokers `names`; True if anything was written.

    A new authority makes every old certificate and every client's trust worthless, so it comes only while
    `nothing_runs`. Raises LocalClusterError if one is needed while brokers run, or if a file can't be read.
    """
    authority = _load(ca_path(folder))
    key = _load_key(_ca_key_path(folder))
    renewed = False
    if authority is None or key is None or _expires_soon(authority, now):
        if not nothing_runs:
            raise LocalClusterError(
                f"the certificate authority in {folder} is missing or expires soon, and brokers run with it",
                "run `levee local down`, then `levee local up`",
            )
        authority, key = _make_authority(folder, now)
        renewed = True
    for name in names:
        current = None if renewed else _load(broker_path(folder, name))
        if current is None or _expires_soon(current, now) or current.issuer != authority.subject:
            _make_broker(folder, name, authority, key, now)
            renewed = True
    return renewed


def _ca_key_path(folder: Path) -> Path:
    return folder / "ca.key"


def _expires_soon(certificate: x509.Certificate, now: dt.datetime) -> bool:
    return certificate.not_valid_after_utc - now < RENEW_BEFORE


def _load(path: Path) -> x509.Certificate | None:
    """The first certificate of a PEM file, None if there is no file."""
    try:
        return x509.load_pem_x509_certificates(read_plain(path, MIB))[0] if os.path.lexists(path) else None
    except (UnreadableError, ValueError):
        raise _unreadable(path) from None


def _load_key(path: Path) -> ec.EllipticCurvePrivateKey | None:
    if not os.path.lexists(path):
        return None
    try:
        key = serialization.load_pem_private_key(read_plain(path, MIB), password=None)
    except (UnreadableError, ValueError, TypeError):
        raise _unreadable(path) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise _unreadable(path)
    return key


def _unreadable(path: Path) -> LocalClusterError:
    return LocalClusterError(
        f"{path} isn't a PEM file of the local cluster", f"run `levee local down`, delete {path.parent}, run it again"
    )


def _make_authority(folder: Path, now: dt.datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    # The serial number in the name tells one generation's certificates from the next one's.
    serial = x509.random_serial_number()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"levee local CA {serial:x}"[:64])])
    certificate = (
        _builder(name, name, key.public_key(), serial, now, AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    write_private(_ca_key_path(folder), _pem(key))
    write_private(ca_path(folder), _pem(certificate))
    return certificate, key


def _make_broker(
    folder: Path, name: str, authority: x509.Certificate, authority_key: ec.EllipticCurvePrivateKey, now: dt.datetime
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names = [x509.IPAddress(ipaddress.ip_address(LOOPBACK)), x509.DNSName("localhost")]
    uses = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    life = min(BROKER_LIFE, authority.not_valid_after_utc - now)
    certificate = (
        _builder(subject, authority.subject, key.public_key(), x509.random_serial_number(), now, life)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(issuer_key, critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    write_private(broker_path(folder, name), _pem(key) + _pem(certificate) + _pem(authority))


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    serial: int,
    now: dt.datetime,
    life: dt.timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(serial)
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(now + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(part: x509.Certificate | ec.EllipticCurvePrivateKey) -> str:
    if isinstance(part, x509.Certificate):
        return part.public_bytes(serialization.Encoding.PEM).decode()
    return part.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
