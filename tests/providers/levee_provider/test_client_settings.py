import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from levee_infra.kafka.credential.password import Password
from levee_infra.kafka.secret_store.client_settings import (
    PLAIN,
    ClientConnection,
    java_settings,
    librdkafka_settings,
    read_librdkafka,
    write_java,
    write_librdkafka,
)

CONNECTION = ClientConnection(("kafka-1.example:9093", "kafka-2.example:9093"), "PEM text")
PASSWORD = Password("correcthorse")


def java_value(escaped: str) -> str:
    """What java.util.Properties.load makes of a value."""
    units = re.sub(
        r"\\(u[0-9a-f]{4}|.)", lambda match: chr(int(match[1][1:], 16)) if match[1][0] == "u" else match[1], escaped
    )
    return units.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "surrogatepass")


def test_java_gets_a_login_line_and_a_pem_trust_store() -> None:
    settings = java_settings(CONNECTION, "/ca.pem", "billing.g1", PASSWORD)
    assert settings["sasl.jaas.config"] == (
        "org.apache.kafka.common.security.scram.ScramLoginModule required "
        'username="billing.g1" password="correcthorse";'
    )
    assert settings["ssl.truststore.type"] == "PEM"
    assert settings["ssl.truststore.location"] == "/ca.pem"


def test_a_password_that_says_who_it_is_goes_with_one_user_for_all() -> None:
    """As an API key of IBM Cloud does: https://cloud.ibm.com/docs/EventStreams?topic=EventStreams-kafka_console_tools"""
    connection = ClientConnection(("kafka.example:9093",), None, mechanism=PLAIN, user="token")
    settings = librdkafka_settings(connection, None, "billing.g1", PASSWORD)
    assert (settings["sasl.mechanism"], settings["sasl.username"]) == ("PLAIN", "token")
    settings = java_settings(connection, None, "billing.g1", PASSWORD)
    assert settings["sasl.mechanism"] == "PLAIN"
    assert settings["sasl.jaas.config"] == (
        'org.apache.kafka.common.security.plain.PlainLoginModule required username="token" password="correcthorse";'
    )


def test_without_a_ca_the_machines_own_are_trusted() -> None:
    connection = ClientConnection(("kafka.example:9093",), None)
    assert "ssl.ca.location" not in librdkafka_settings(connection, None, "billing.g1", PASSWORD)
    assert "ssl.truststore.type" not in java_settings(connection, None, "billing.g1", PASSWORD)


@settings(deadline=None)
@given(
    st.dictionaries(
        st.from_regex(r"[a-z.]{1,9}", fullmatch=True), st.text(st.characters(exclude_categories=["C", "Z"]))
    )
)
def test_librdkafka_settings_read_back(settings: dict[str, str]) -> None:
    assert read_librdkafka("# a comment\n\n" + write_librdkafka(settings)) == settings


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1))
def test_java_reads_any_path_from_seven_bit_text(path: str) -> None:
    line = write_java({"ssl.truststore.location": path})
    assert line.isascii()
    assert line.count("\n") == 1
    assert java_value(line.rstrip("\n").partition("=")[2]) == path


@pytest.mark.parametrize("text", ["no equals sign", "a=1\na=2"])
def test_text_that_is_not_settings_is_refused_unquoted(text: str) -> None:
    with pytest.raises(ValueError, match=r"^not client settings$"):
        read_librdkafka(text)
