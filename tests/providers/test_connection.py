"""The provider configuration: what reaches a cluster, what is refused, and that no secret shows."""

from pathlib import Path

import pytest

from levee_infra.kafka.admin.connection import Connection, check_connection, read_connection
from levee_infra.kafka.login.password import ByPassword
from levee_infra.providers.protocol.failures import RefusedError
from levee_infra.providers.protocol.properties import UNKNOWN, Properties, Secret, Value

PASSWORD = "correct-horse-battery"
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


def configured(**changes: Value) -> Properties:
    """A configuration that is fine."""
    config: Properties = {
        "bootstrapServers": ["broker-1:9092", "broker-2:9092"],
        "caCert": PEM,
        "saslMechanism": "scram-sha512",
        "saslUsername": "admin",
        "saslPassword": Secret(PASSWORD),
    }
    return {name: value for name, value in (config | changes).items() if value is not None}


def refusals(config: Properties, environment: dict[str, str] | None = None) -> dict[str, str]:
    with pytest.raises(RefusedError) as caught:
        read_connection(config, environment or {})
    assert PASSWORD not in str(caught.value)
    return {problem.property: problem.reason for problem in caught.value.problems}


def password_of(config: Properties, environment: dict[str, str] | None = None) -> Secret:
    sasl = read_connection(config, environment or {}).sasl
    assert isinstance(sasl, ByPassword)
    return sasl.password


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text(f"{PASSWORD}\n")
    path.chmod(0o600)
    return path


def test_everything_is_read() -> None:
    assert read_connection(configured(), {}) == Connection(
        bootstrap=("broker-1:9092", "broker-2:9092"),
        ca=PEM,
        sasl=ByPassword("SCRAM-SHA-512", "admin", Secret(PASSWORD)),
    )


def test_values_come_as_json_text_from_language_sdks() -> None:
    config = configured(bootstrapServers='["a:1"]', tlsEnabled="false", skipTlsVerify="true", timeout="7")
    connection = read_connection(config, {})
    assert connection.bootstrap == ("a:1",)
    assert (connection.tls, connection.verify, connection.timeout_seconds) == (False, False, 7)
    assert connection.security_protocol == "SASL_PLAINTEXT"


def test_no_representation_shows_a_secret() -> None:
    connection = read_connection(configured(clientCert=PEM, clientKey=PEM, clientKeyPassphrase=PASSWORD), {})
    for text in (str(connection), repr(connection), f"{connection}", str(vars(connection))):
        assert PASSWORD not in text


def test_password_from_a_file_of_the_owners_only(password_file: Path) -> None:
    config = configured(saslPassword=None, saslPasswordFile=str(password_file))
    assert password_of(config) == Secret(PASSWORD)
    password_file.chmod(0o640)
    assert f"chmod 600 {password_file}" in refusals(config)["saslPasswordFile"]


def test_password_file_that_is_missing_or_empty(tmp_path: Path) -> None:
    missing = configured(saslPassword=None, saslPasswordFile=str(tmp_path / "none"))
    assert "No such file" in refusals(missing)["saslPasswordFile"]
    empty = tmp_path / "empty"
    empty.touch(mode=0o600)
    assert "is empty" in refusals(configured(saslPassword=None, saslPasswordFile=str(empty)))["saslPasswordFile"]


def test_password_given_twice_is_refused(password_file: Path) -> None:
    assert "saslPassword is set too" in refusals(configured(saslPasswordFile=str(password_file)))["saslPasswordFile"]


def test_user_without_password_is_refused() -> None:
    assert "needs saslPassword" in refusals(configured(saslPassword=None))["saslUsername"]


def test_environment_fills_in_what_is_not_configured(password_file: Path) -> None:
    environment = {
        "KAFKA_BOOTSTRAP_SERVERS": "a:1,b:2",
        "KAFKA_SASL_USERNAME": "somebody",
        "KAFKA_SASL_PASSWORD": "wrong",
        "KAFKA_SASL_MECHANISM": "scram-sha256",
        "KAFKA_CA_CERT": PEM,
    }
    alone = read_connection({}, environment)
    assert alone.bootstrap == ("a:1", "b:2")
    assert alone.sasl == ByPassword("SCRAM-SHA-256", "somebody", Secret("wrong"))
    config = configured(saslPassword=None, saslPasswordFile=str(password_file))
    assert password_of(config, environment) == Secret(PASSWORD)


def test_no_sasl_without_a_user() -> None:
    connection = read_connection(configured(saslUsername=None, saslPassword=None), {})
    assert connection.sasl is None
    assert connection.security_protocol == "SSL"


def test_certificate_as_text_or_path(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_text(PEM)
    assert read_connection(configured(caCert=str(path)), {}).ca == PEM
    assert read_connection(configured(caCert=None, caCertFile=str(path)), {}).ca == PEM
    path.write_text("no certificate")
    assert "holds no PEM block" in refusals(configured(caCert=str(path)))["caCert"]


@pytest.mark.parametrize("name", ["clientKey", "clientCert", "caCert"])
@pytest.mark.parametrize("text", ["AAAA\nBBBB", "AAAA" * 125])
def test_text_without_its_header_is_not_quoted(name: str, text: str) -> None:
    assert "AAAA" not in refusals(configured(**{name: text}))[name]


def test_a_missing_file_is_named_but_what_may_be_a_key_never() -> None:
    assert "cannot read tls/ca.pem: the file can't be read" in refusals(configured(caCert="tls/ca.pem"))["caCert"]
    short_key = "MC4CAQAwBQYDK2VwBCIEIAAAAAAAAAAAAAAAAAAAAAAA"
    assert "cannot read what is given: the file can't be read" in refusals(configured(clientKey=short_key))["clientKey"]


@pytest.mark.parametrize("mechanism", ["gssapi", "kerberos"])
def test_mechanisms_that_are_not_spoken_are_refused_by_name(mechanism: str) -> None:
    assert f"{mechanism} is not supported" in refusals(configured(saslMechanism=mechanism))["saslMechanism"]


def test_all_problems_at_once() -> None:
    config = configured(
        bootstrapServers=["broker"], saslMechanism="x", timeout="soon", saslAwsRegion="eu-west-1", ca="x"
    )
    assert refusals(config).keys() == {"bootstrapServers", "saslMechanism", "timeout", "saslAwsRegion", "ca"}


def test_no_server_at_all() -> None:
    assert "needs bootstrapServers" in refusals(configured(bootstrapServers=None))["bootstrapServers"]


def test_check_takes_unknown_values() -> None:
    check_connection(configured(bootstrapServers=UNKNOWN, saslPassword=UNKNOWN), {})


def test_password_from_a_named_variable_of_the_environment() -> None:
    config = configured(saslPassword=None, saslPasswordEnvironment="ADMIN_PASSWORD")
    assert password_of(config, {"ADMIN_PASSWORD": "s3cret", "KAFKA_SASL_PASSWORD": "other"}) == Secret("s3cret")


def test_a_named_variable_that_is_not_set_is_said() -> None:
    config = configured(saslPassword=None, saslPasswordEnvironment="ADMIN_PASSWORD")
    assert "ADMIN_PASSWORD is not set" in refusals(config)["saslPasswordEnvironment"]
