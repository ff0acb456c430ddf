"""A stack's login, in a provider's configuration and back: secrets by reference, tokens kept as long as they hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from levee.diagnostics.redaction import redact
from levee.model.login import (
    HASHES,
    IbmIam,
    Login,
    MskIam,
    MutualTls,
    OAuth,
    Plain,
    Scram,
    SecretReference,
)
from levee_infra.kafka.admin.connection import Connection, read_connection
from levee_infra.kafka.login import ibm_iam, oauth
from levee_infra.kafka.login.contract import LoginRefusedError
from levee_infra.kafka.login.registry import declared
from levee_infra.kafka.login.token_endpoint import Endpoint
from levee_infra.kafka.login.tokens import Token, Tokens
from levee_infra.providers.protocol.failures import FailedError, RefusedError
from levee_infra.providers.protocol.properties import Secret
from tests.support.token_server import token_server

PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
SECRET = "correct-horse-battery"
KEPT = SecretReference(file="secret")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in (("secret", SECRET), ("key.pem", PEM), ("client.pem", PEM)):
        (tmp_path / name).touch(mode=0o600)
        (tmp_path / name).write_text(text)
    return tmp_path


def connection(login: Login, project: Path, **environment: str) -> Connection:
    words: dict[str, Any] = declared(login, project)
    assert SECRET not in str(words)
    return read_connection({"bootstrapServers": ["b:1"], **words}, environment)


@pytest.mark.parametrize(
    ("login", "mechanism", "protocol"),
    [
        *((Scram(mechanism=each, username="a", password=KEPT), each, "SASL_SSL") for each in HASHES),
        (Plain(username="token", password=KEPT), "PLAIN", "SASL_SSL"),
        (
            OAuth(token_url="https://x/t", client_id="c", client_secret=KEPT, scope="a b", extensions={"a": "1"}),
            "OAUTHBEARER",
            "SASL_SSL",
        ),
        (MskIam(region="eu-west-1", credentials_file="aws"), "OAUTHBEARER", "SASL_SSL"),
        (IbmIam(api_key=KEPT, extensions={"a": "1"}), "OAUTHBEARER", "SASL_SSL"),
        (MutualTls(certificate="client.pem", key="key.pem", key_password=KEPT), None, "SSL"),
    ],
)
def test_each_way_is_written_and_read(login: Login, mechanism: str | None, protocol: str, project: Path) -> None:
    ambient = {"KAFKA_SASL_USERNAME": "other", "KAFKA_SASL_PASSWORD": "other"}
    read = connection(login, project, **(ambient if mechanism is None else {}))
    assert (read.sasl and read.sasl.mechanism, read.security_protocol) == (mechanism, protocol)
    assert SECRET not in f"{read} {read!r}"


def test_a_key_that_others_can_read_is_refused(project: Path) -> None:
    (project / "key.pem").chmod(0o644)
    with pytest.raises(RefusedError, match="chmod 600"):
        connection(MutualTls(certificate="client.pem", key="key.pem"), project)


def test_the_password_of_a_key_comes_from_the_environment_too(project: Path) -> None:
    login = MutualTls(certificate="client.pem", key="key.pem", key_password=SecretReference(environment="KEY"))
    assert connection(login, project, KEY=SECRET).key_passphrase == Secret(SECRET)
    with pytest.raises(RefusedError, match="KEY is not set"):
        connection(login, project)


@pytest.mark.parametrize(
    "config",
    [
        {"saslMechanism": "oauthbearer", "saslUsername": "c", "saslPassword": "s"},
        {"saslMechanism": "oauthbearer", "saslUsername": "c", "saslPassword": "s", "saslTokenUrl": "http://x.com/"},
        {"saslMechanism": "aws-iam"},
        {"saslMechanism": "mutual-tls"},
        {"saslMechanism": "ibm-iam"},
        {"saslMechanism": "ibm-iam", "saslPassword": "k", "saslTokenUrl": "http://iam.cloud.ibm.com/identity/token"},
        {"saslMechanism": "ibm-iam", "saslPassword": "k", "saslOauthScopes": ["a"]},
        {"saslMechanism": "plain", "saslTokenUrl": "https://x/t"},
        {"saslMechanism": "aws-iam", "saslAwsRegion": "eu-west-1", "saslAwsSecretKey": "s"},
    ],
)
def test_half_a_login_is_refused(config: dict[str, Any]) -> None:
    with pytest.raises(RefusedError):
        read_connection({"bootstrapServers": ["b:1"], **config}, {})


def test_a_token_is_kept_while_it_is_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    now, made = [0.0], [0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])

    def fetch() -> Token:
        made[0] += 1
        return Token(f"t{made[0]}", 100)

    tokens = Tokens(fetch, "somebody", {"a": "1"})
    for moment, expected in ((0, "t1"), (79, "t1"), (80, "t2"), (159, "t2"), (160, "t3")):
        now[0] = moment
        assert tokens.token() == expected
    assert "t3" not in f"{tokens} {Token('t3', 1)}"


def test_the_endpoint_is_asked_as_the_standard_says() -> None:
    with token_server("a client", "s:e%c", None) as server:
        endpoint = oauth.endpoint(server.token_url, "a client", "s:e%c", ("x", "y"))
        server.client_id = "a%20client"
        assert endpoint.fetch().seconds == 300
        assert server.forms == [{"grant_type": "client_credentials", "scope": "x y"}]
        wrong = oauth.endpoint(server.token_url, "a client", SECRET, ())
        with pytest.raises(
            LoginRefusedError, match=r"401 invalid_client.*check the client's id, its secret"
        ) as refused:
            wrong.fetch()
        assert SECRET not in str(refused.value)
    with pytest.raises(FailedError, match="can't be reached"):
        endpoint.fetch()


def test_an_api_key_is_exchanged_as_ibm_documents_it() -> None:
    with token_server("", "", None) as server:
        server.api_keys[SECRET] = "iam-ServiceId-1"
        assert ibm_iam.endpoint(server.ibm_url, SECRET).fetch().seconds == 300
        assert server.forms == [{"grant_type": "urn:ibm:params:oauth:grant-type:apikey", "apikey": SECRET}]
        wrong = ibm_iam.endpoint(server.ibm_url, "hunter2-hunter2")
        with pytest.raises(
            LoginRefusedError, match=r"\(400 BXNIM0415E, transaction-id cGI3bGc-[0-9a-f]{32}\): check that the API key"
        ) as refused:
            wrong.fetch()
        assert "hunter2" not in f"{refused.value} {wrong}"
        assert redact(str(refused.value)) == str(refused.value)


@pytest.mark.parametrize("written", ["", "/", "/identity/token"])
def test_the_address_of_iam_is_enough(written: str, project: Path) -> None:
    with token_server("", "", None) as server:
        server.api_keys[SECRET] = "iam-ServiceId-1"
        tokens = connection(IbmIam(api_key=KEPT, token_url=server.url + written, extensions={}), project).sasl
        assert isinstance(tokens, Tokens)
        assert tokens.token()


class Answers(Endpoint):
    """An endpoint that answers so."""

    told: tuple[int, str, object] = (200, "", {})

    def _answer(self) -> tuple[int, str, bytes]:
        status, trace, answer = self.told
        return status, trace, json.dumps(answer).encode()


def answering(status: int, answer: object, trace: str = "") -> Answers:
    asked = Answers("https://iam.example.com/t", "the key", {}, SECRET, "the key")
    object.__setattr__(asked, "told", (status, trace, answer))
    return asked


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        ({"expires_in": 3600, "expiration": 1}, 3600),
        ({"expires_in": "60"}, 60),
        ({}, 300),
        ({"expiration": 1}, 1),
        ({"expiration": 99_999_999_999}, 86_400),
    ],
)
def test_how_long_a_token_holds(answer: dict[str, object], seconds: float) -> None:
    assert answering(200, {"access_token": "t", **answer}).fetch().seconds == seconds


@pytest.mark.parametrize(
    ("answer", "trace", "told"),
    [
        ({"error": "invalid_client"}, "", "(400 invalid_client)"),
        ({"errorCode": "BXNIM0415E"}, "tx-1", "(400 BXNIM0415E, transaction-id tx-1)"),
        ({"errorCode": "BXNIM0415E", "context": {"requestId": "r-1"}}, "", "(400 BXNIM0415E, transaction-id r-1)"),
        ({"errorCode": SECRET, "context": {"requestId": f"x-{SECRET}"}}, "", "(400)"),
        ({"errorCode": f"no {SECRET}", "context": [SECRET]}, f"id={SECRET}", "(400)"),
        ([SECRET], "x\ny", "(400)"),
    ],
)
def test_a_refusal_tells_codes_and_never_the_secret(answer: object, trace: str, told: str) -> None:
    with pytest.raises(LoginRefusedError) as refused:
        answering(400, answer, trace).fetch()
    assert told in str(refused.value)
    assert SECRET not in str(refused.value)


def test_a_token_that_was_refused_is_not_used_again() -> None:
    made = [0]

    def fetch() -> Token:
        made[0] += 1
        return Token(f"t{made[0]}", 100)

    tokens = Tokens(fetch, "somebody", {})
    assert not tokens.renew()
    assert (tokens.token(), tokens.token(), tokens.renew(), tokens.token()) == ("t1", "t1", True, "t2")


def test_a_token_outlasts_a_failure_to_refresh_it(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    answers: list[Token | FailedError] = [Token("t1", 100), FailedError("no answer"), FailedError("no answer")]
    monkeypatch.setattr("time.monotonic", lambda: now[0])

    def fetch() -> Token:
        match answers.pop(0):
            case Token() as token:
                return token
            case FailedError() as failure:
                raise failure

    tokens = Tokens(fetch, "somebody", {})
    tokens.prepare()
    now[0] = 90
    assert tokens.token() == "t1"
    now[0] = 100
    with pytest.raises(FailedError, match="no answer"):
        tokens.token()
    answers.append(LoginRefusedError("refused"))
    with pytest.raises(LoginRefusedError):
        tokens.token()


def test_credentials_that_others_can_read_sign_nothing(project: Path) -> None:
    (project / "aws").write_text("[default]\naws_access_key_id = AKIA1\naws_secret_access_key = s3cret\n")
    tokens = connection(MskIam(region="eu-west-1", credentials_file="aws"), project).sasl
    assert isinstance(tokens, Tokens)
    (project / "aws").chmod(0o644)
    with pytest.raises(FailedError, match="chmod 600"):
        tokens.token()
    (project / "aws").chmod(0o600)
    assert tokens.token().isascii()
    assert "s3cret" not in f"{tokens} {tokens.librdkafka()}"
    empty = connection(MskIam(region="eu-west-1", credentials_file="client.pem"), project).sasl
    assert isinstance(empty, Tokens)
    with pytest.raises(FailedError, match="no AWS credentials"):
        empty.token()
