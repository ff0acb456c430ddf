"""A service's own settings, and what no proof may stand on."""

from __future__ import annotations

from pathlib import Path

import pytest

from levee_infra.kafka.credential.credential_name import CredentialName
from levee_infra.kafka.login.password import ByPassword
from levee_infra.kafka.secret_store.client_settings import SCRAM
from levee_infra.providers.protocol.properties import Secret
from levee_infra.verify.client_file import kept_credentials, read_login
from levee_infra.verify.login import Address, Login, UnusableLogin

USER = "orders-api.g1"
PASSWORD = "not-a-word-anywhere-else"
SETTINGS = {
    "bootstrap.servers": "127.0.0.1:19092,broker-2.example.com:9093",
    "security.protocol": "SASL_SSL",
    "sasl.mechanism": "SCRAM-SHA-512",
    "sasl.username": USER,
    "sasl.password": PASSWORD,
}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    folder = tmp_path / "secrets"
    folder.mkdir(mode=0o700)
    return folder


def keep(store: Path, name: str = f"{USER}.properties", **changes: str | None) -> Path:
    settings = {**SETTINGS, **{key.replace("_", "."): value for key, value in changes.items()}}
    file = store / name
    file.touch(mode=0o600)
    file.write_text("".join(f"{key}={value}\n" for key, value in settings.items() if value is not None))
    return file


def refusal(store: Path) -> str:
    with pytest.raises(UnusableLogin) as refused:
        read_login(store, USER)
    assert PASSWORD not in str(refused.value)
    return str(refused.value)


def test_the_file_is_taken_exactly_as_it_is(store: Path) -> None:
    keep(store)
    login = read_login(store, USER)
    assert login.bootstrap == (Address("127.0.0.1", 19092), Address("broker-2.example.com", 9093))
    assert (login.username, login.sasl) == (USER, ByPassword(SCRAM, USER, Secret(PASSWORD)))
    assert login.settings == SETTINGS


def test_a_password_is_in_no_representation(store: Path) -> None:
    keep(store)
    login = read_login(store, USER)
    for form in (repr(login), str(login), repr(login.with_password(PASSWORD)), f"{login}"):
        assert PASSWORD not in form


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sasl_password": None}, "it lacks sasl.password"),
        ({"sasl_username": "somebody.g1"}, "it is the file of somebody.g1"),
        ({"security_protocol": "SASL_PLAINTEXT"}, "otherwise than by SASL_SSL"),
        ({"sasl_mechanism": "PLAIN"}, "otherwise than by SASL_SSL with SCRAM-SHA-512"),
        ({"bootstrap_servers": "nowhere"}, "'nowhere' is no host:port"),
        ({"enable.ssl.certificate.verification": "false"}, "settings that levee doesn't write: enable.ssl"),
        ({"ssl_ca_location": "/no/such/ca.pem"}, "/no/such/ca.pem can't be read: No such file"),
    ],
)
def test_a_file_that_no_proof_may_stand_on(store: Path, changes: dict[str, str | None], reason: str) -> None:
    file = keep(store, f"{USER}.properties", **changes)
    assert str(file) in refusal(store)
    assert reason in refusal(store)


def test_a_ca_file_that_holds_no_certificate(store: Path) -> None:
    (store / "ca.pem").write_text("nothing")
    keep(store, ssl_ca_location=str(store / "ca.pem"))
    assert "it holds no certificate" in refusal(store)


def test_a_missing_file_and_a_missing_store(store: Path) -> None:
    assert refusal(store) == f"{store / USER}.properties: there is no such file"
    store.rmdir()
    assert "`levee up` makes it" in refusal(store)


def test_a_file_that_others_can_read_is_not_used(store: Path) -> None:
    keep(store).chmod(0o644)
    assert "open to others" in refusal(store)


def test_a_file_that_holds_something_else(store: Path) -> None:
    keep(store).write_text(f"{PASSWORD}\n")
    assert refusal(store).endswith("not client settings")


def test_every_kept_credential_is_found_and_nothing_else(store: Path) -> None:
    for name in (
        f"{USER}.properties",
        f"{USER}.java.properties",
        "orders-api.g2.properties",
        "notes.properties",
        "ca.pem",
    ):
        keep(store, name)
    assert list(kept_credentials(store)) == [CredentialName("orders-api", 1), CredentialName("orders-api", 2)]
    assert list(kept_credentials(store / "nowhere")) == []


def test_an_address_in_brackets() -> None:
    assert Address.parse("[::1]:9092") == Address("::1", 9092)


def test_a_login_that_differs_in_its_password_only_tries_no_file() -> None:
    assert Login.of_settings(SETTINGS).with_password("x").settings == {}
