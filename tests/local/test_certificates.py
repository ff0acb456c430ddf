"""Certificates: what they say, who signed them, when they are renewed."""

from __future__ import annotations

import datetime as dt
import ipaddress
import stat
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID

from levee_infra.local.certificates import broker_path, ca_path, ensure_certificates
from levee_infra.local.failure import LocalClusterError

NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
NAMES = ("broker-1", "broker-2")


def ensure(folder: Path, *, after: dt.timedelta = dt.timedelta(0), nothing_runs: bool = True) -> bool:
    return ensure_certificates(folder, NAMES, now=NOW + after, nothing_runs=nothing_runs)


def chain(path: Path) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(path.read_bytes())


def test_a_broker_certificate_names_the_broker_and_loopback(tmp_path: Path) -> None:
    ensure(tmp_path)
    certificate, authority = chain(broker_path(tmp_path, "broker-1"))

    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    uses = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert certificate.subject.rfc4514_string() == "CN=broker-1"
    assert names.get_values_for_type(x509.IPAddress) == [ipaddress.ip_address("127.0.0.1")]
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert set(uses) == {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH}
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    certificate.verify_directly_issued_by(authority)
    assert [authority] == chain(ca_path(tmp_path))


def test_a_broker_key_is_pkcs8_on_p256_and_fits_its_certificate(tmp_path: Path) -> None:
    ensure(tmp_path)
    text = broker_path(tmp_path, "broker-2").read_bytes()

    key = load_pem_private_key(text, password=None)
    assert text.startswith(b"-----BEGIN PRIVATE KEY-----")
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert key.curve.name == "secp256r1"
    assert key.public_key() == chain(broker_path(tmp_path, "broker-2"))[0].public_key()


def test_the_authority_signs_certificates_and_nothing_below_it_does(tmp_path: Path) -> None:
    ensure(tmp_path)
    (authority,) = chain(ca_path(tmp_path))

    constraints = authority.extensions.get_extension_for_class(x509.BasicConstraints)
    assert constraints.critical
    assert constraints.value.ca
    assert constraints.value.path_length == 0
    assert authority.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign


def test_every_file_is_private(tmp_path: Path) -> None:
    ensure(tmp_path / "certificates")

    files = list((tmp_path / "certificates").iterdir())
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert {path.name for path in files} == {"ca.pem", "ca.key", "broker-1.pem", "broker-2.pem"}


def test_a_second_time_writes_nothing(tmp_path: Path) -> None:
    assert ensure(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}

    assert not ensure(tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_broker_certificate_is_renewed_before_it_expires_under_the_same_authority(tmp_path: Path) -> None:
    ensure(tmp_path)
    authority = ca_path(tmp_path).read_bytes()

    assert ensure(tmp_path, after=dt.timedelta(days=825 - 89), nothing_runs=False)
    assert ca_path(tmp_path).read_bytes() == authority
    assert chain(broker_path(tmp_path, "broker-1"))[0].not_valid_after_utc > NOW + dt.timedelta(days=825)


def test_a_new_authority_waits_until_nothing_runs(tmp_path: Path) -> None:
    ensure(tmp_path)
    late = dt.timedelta(days=3650 - 89)

    with pytest.raises(LocalClusterError, match="expires soon"):
        ensure(tmp_path, after=late, nothing_runs=False)
    assert ensure(tmp_path, after=late)
    certificate, authority = chain(broker_path(tmp_path, "broker-1"))
    certificate.verify_directly_issued_by(authority)


def test_a_certificate_of_another_authority_is_replaced(tmp_path: Path) -> None:
    ensure(tmp_path / "a")
    ensure(tmp_path / "b")
    broker_path(tmp_path / "a", "broker-1").write_bytes(broker_path(tmp_path / "b", "broker-1").read_bytes())

    assert ensure(tmp_path / "a")
    certificate, _ = chain(broker_path(tmp_path / "a", "broker-1"))
    certificate.verify_directly_issued_by(chain(ca_path(tmp_path / "a"))[0])


def test_a_broken_file_is_said_not_replaced(tmp_path: Path) -> None:
    ensure(tmp_path)
    ca_path(tmp_path).write_text("not a certificate")

    with pytest.raises(LocalClusterError, match=r"ca\.pem isn't a PEM file"):
        ensure(tmp_path)
