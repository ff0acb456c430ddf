"""Every way in which levee itself logs in: a stack is provisioned and proved through it, and a wrong secret refused."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from confluent_kafka import Producer
from kafka.protocol.metadata import ApiVersionsRequest

from levee.clock import SYSTEM_CLOCK
from levee.model.login import IbmIam, OAuth, SecretReference
from levee_infra.kafka.admin.connection import read_connection
from levee_infra.kafka.admin.session import Session
from levee_infra.kafka.admin.wire import Wire
from levee_infra.kafka.login.registry import declared
from levee_infra.local.certificates import ensure_certificates
from levee_infra.providers.protocol.failures import FailedError
from levee_infra.providers.protocol.properties import Properties
from levee_infra.verify.broker_connection import LoginRefused
from levee_infra.verify.client import Client
from levee_infra.verify.login import Login as ProofLogin
from levee_infra.verify.overview import own_cluster_rights
from tests.support.deployment import Deployment, Result
from tests.support.live_credentials import create_acl, delete_acl
from tests.support.login_cluster import IAM_ID, USER, LoginCluster, login_cluster
from tests.support.proving import acl, planted

pytestmark = pytest.mark.integration


@dataclass(frozen=True)
class Way:
    """How `admin` is written: with the right secret, and with a wrong one; and what a refusal tells."""

    listener: str
    right: str
    wrong: str
    told: str
    variable: tuple[str, str, str] | None = None
    """A variable of the environment with the file of the right and of the wrong secret."""


CLIENT = "collector.example.com"
"""The name in a client's certificate."""

WAYS = {
    "scram-sha-256": Way(
        "PASSWORDS",
        f"login: scram-sha-256, username: {USER}, password_file: password",
        f"login: scram-sha-256, username: {USER}, password_file: wrong",
        "invalid credentials",
    ),
    "scram-sha-512": Way(
        "PASSWORDS",
        f"username: {USER}, password_file: password",
        f"username: {USER}, password_file: wrong",
        "invalid credentials",
    ),
    "plain": Way(
        "PASSWORDS",
        f"login: plain, username: {USER}, password_file: password",
        f"login: plain, username: {USER}, password_file: wrong",
        "Invalid username or password",
    ),
    "oauth": Way(
        "OAUTH",
        "login: oauth, token_url: TOKENS, client_id: levee, client_secret_file: client.secret, scope: kafka, "
        "token_ca_file: ca.pem, extensions: {traceId: one}",
        "login: oauth, token_url: TOKENS, client_id: levee, client_secret_file: wrong, token_ca_file: ca.pem",
        "refused a token to the client levee (401 invalid_client)",
    ),
    "msk-iam": Way(
        "IAM", "login: msk-iam", "login: msk-iam", "invalid_token", ("AWS_SHARED_CREDENTIALS_FILE", "aws", "aws.wrong")
    ),
    "ibm-iam": Way(
        "IBM",
        f"login: ibm-iam, token_url: IBM_URL, api_key_file: api.key, token_ca_file: ca.pem, principal: {IAM_ID}",
        "login: ibm-iam, token_url: IBM_URL, api_key_file: wrong, token_ca_file: ca.pem",
        "refused a token to the IBM Cloud identity (400 BXNIM0415E, transaction-id cGI3bGc-",
    ),
    "mutual-tls": Way(
        "CERTIFICATES",
        "login: mutual-tls, certificate_file: client.pem, key_file: client.key",
        "login: mutual-tls, certificate_file: login.pem, key_file: login.pem",
        "certificate",
    ),
}


@pytest.fixture(scope="module")
def logins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoginCluster]:
    with login_cluster(tmp_path_factory.mktemp("logins")) as running:
        yield running


class OtherLogin(Deployment):
    """A stack whose admin logs in another way."""

    admin = ""

    def declared_cluster(self) -> str:
        plain = f"admin: {{username: {self.cluster.admin_username}, password_file: {self.cluster.admin_password_file}}}"
        text = super().declared_cluster()
        assert plain in text
        return text.replace(plain, f"admin: {{{self.admin}}}")


def stack(logins: LoginCluster, project: Path) -> OtherLogin:
    deployment = OtherLogin(project, logins.cluster, f"l{secrets.token_hex(4)}")
    deployment.stream("orders", consumers=f"[{{service: {deployment.service('reader')}, groups: [{deployment.word}]}}]")
    return deployment


def log_in(deployment: OtherLogin, logins: LoginCluster, way: Way, written: str) -> None:
    for name in ("password", "wrong", "client.secret", "api.key", "ca.pem", "client.pem", "client.key", "login.pem"):
        written = written.replace(f": {name}", f": {logins.file(name)}")
    written = written.replace("TOKENS", logins.tokens.token_url).replace("IBM_URL", logins.tokens.ibm_url)
    deployment.admin = f"{written}, bootstrap: [{', '.join(logins.bootstrap(way.listener))}]"
    names = ("writer", "reader")
    services = "".join(f"  {deployment.service(name)}: {{owner: orders-team, rotate_every: 90d}}\n" for name in names)
    deployment.write_stack(services)


def run(deployment: OtherLogin, logins: LoginCluster, way: Way, *command: str, right: bool) -> Result:
    environment = {}
    if way.variable is not None:
        name, *files = way.variable
        environment = {name: str(logins.file(files[0 if right else 1]))}
    return deployment.run(*command, **environment)


@pytest.mark.parametrize("name", WAYS)
def test_a_stack_is_provisioned_and_proved(logins: LoginCluster, tmp_path: Path, name: str) -> None:
    way, deployment = WAYS[name], stack(logins, tmp_path)
    log_in(deployment, logins, way, way.right)
    up = run(deployment, logins, way, "up", "test", "--yes", "--engine", "embedded", right=True)
    assert up.code == 0, up.text
    again = run(deployment, logins, way, "up", "test", "--yes", "--engine", "embedded", right=True)
    assert again.code == 0, again.text
    proof = run(deployment, logins, way, "verify", "test", right=True)
    assert proof.code == 0, proof.text
    assert "Proved: 1 topic, " in proof.out

    kept = "".join(path.read_text() for path in (tmp_path / ".levee").rglob("*") if path.is_file())
    shown = up.text + again.text + proof.text
    for file in ("password", "client.secret", "api.key", "client.key", "aws"):
        secret = logins.file(file).read_text().strip().splitlines()[-1].rpartition(" ")[2]
        assert secret not in kept + shown

    log_in(deployment, logins, way, way.wrong)
    for command in (("up", "test", "--yes", "--engine", "embedded"), ("verify", "test")):
        refused = run(deployment, logins, way, *command, right=False)
        assert refused.code == 1, refused.text
        assert way.told in refused.text
        assert "cluster.security.admin" in refused.text


async def test_a_run_outlasts_its_token(logins: LoginCluster) -> None:
    """The brokers end a connection with its token: both clients log in anew before, or again after."""
    login = OAuth(
        token_url=logins.tokens.token_url,
        client_id="levee",
        client_secret=SecretReference(file=str(logins.file("client.secret"))),
        ca_file=str(logins.file("ca.pem")),
        extensions={},
    )
    logins.tokens.seconds, before = 3, logins.tokens.issued
    try:
        said: Properties = {"bootstrapServers": [*logins.bootstrap("OAUTH")], "caCert": str(logins.cluster.ca)}
        connection = read_connection({**said, **declared(login, Path("/"))}, {})
        session, wire = Session(connection), Wire(connection)
        for _ in range(4):
            await session.require("DESCRIBE", "ALTER")
            assert (await session.ask(lambda client: client.describe_cluster(request_timeout=20))).cluster_id
            assert (await wire.send(ApiVersionsRequest(version=0))).api_keys
            await asyncio.sleep(2)
        await wire.close()
        await session.close()
    finally:
        logins.tokens.seconds = 300
    assert logins.tokens.issued - before >= 3


async def test_a_token_that_has_ended_is_replaced_once(logins: LoginCluster) -> None:
    """A broker refuses it before levee knows: what it has is no measure. A second refusal stands."""
    said: Properties = {"bootstrapServers": [*logins.bootstrap("IBM")], "caCert": str(logins.cluster.ca)}
    login = IbmIam(
        api_key=SecretReference(file=str(logins.file("api.key"))),
        token_url=logins.tokens.ibm_url,
        ca_file=str(logins.file("ca.pem")),
        extensions={},
    )
    connection = read_connection({**said, **declared(login, Path("/"))}, {})
    assert connection.sasl is not None

    async def by_librdkafka() -> None:
        session = Session(connection)
        await session.require("DESCRIBE", "ALTER")
        await session.close()

    async def by_the_proof() -> None:
        async with Client(ProofLogin.of_connection(connection)) as client:
            assert (await client.ask(own_cluster_rights())).cluster_id

    for log_in, refused in ((by_librdkafka, FailedError), (by_the_proof, LoginRefused)):
        logins.tokens.ended = 1
        connection.sasl.renew()
        connection.sasl.prepare()
        before = logins.tokens.issued
        await log_in()
        assert logins.tokens.issued == before + 1
        logins.tokens.ended = 100
        connection.sasl.renew()
        with pytest.raises(refused):
            await log_in()
        logins.tokens.ended = 0


def test_a_principal_that_was_made_elsewhere(logins: LoginCluster, tmp_path: Path) -> None:
    """Its certificate's owner can do what is declared, and levee has no secret of it."""
    deployment = stack(logins, tmp_path)
    ensure_certificates(logins.cluster.settings.certificates, (CLIENT,), now=SYSTEM_CLOCK.now(), nothing_runs=False)
    deployment.admin = f"username: {USER}, password_file: {logins.file('password')}"
    deployment.admin += f", bootstrap: [{', '.join(logins.bootstrap('PASSWORDS'))}]"
    writer, reader = deployment.service("writer"), deployment.service("reader")
    services = f"  {reader}: {{owner: orders-team, rotate_every: 90d}}\n"
    deployment.write_stack(services + f'  {writer}: {{owner: orders-team, principal: "User:{CLIENT}"}}\n')
    own = acl(CLIENT, "TOPIC", deployment.topic("orders"), "WRITE")
    stranger = acl(CLIENT, "TOPIC", "somebody.elses", "READ")

    with planted(logins.cluster, stranger):
        refused = deployment.up()
        assert refused.code == 1, refused.text
        assert f"User:{CLIENT} already has ACLs that levee didn't make: Read on topic somebody.elses" in refused.text
        assert deployment.live_topics() == {}
    create_acl(logins.cluster, own)
    assert deployment.up().code == 0
    again = deployment.up()
    assert again.code == 0, again.text
    assert "created" not in again.summary
    assert not list((tmp_path / "secrets").glob(f"{writer}*"))
    assert write_as_client(logins, deployment.topic("orders")) is None

    assert deployment.run("drift", "test").code == 0
    proof = deployment.run("verify", "test")
    assert proof.code == 0, proof.text
    assert f"{writer} {CLIENT} granted, not proved" in " ".join(proof.out.split())
    assert "Proved but for 1 principal: " in proof.out
    alone = deployment.run("verify", "test", "--service", reader)
    assert (alone.code, CLIENT in alone.out) == (0, False), alone.text

    create_acl(logins.cluster, stranger)
    delete_acl(logins.cluster, own)
    drift = deployment.run("drift", "test")
    assert drift.code == 3, drift.text
    assert f"{CLIENT} lost Write on topic {deployment.topic('orders')}" in drift.text
    assert f"{CLIENT} has Read on topic somebody.elses, undeclared" in drift.text
    spoiled = deployment.run("verify", "test")
    assert spoiled.code == 1, spoiled.text
    assert "NOT GRANTED AS DECLARED" in spoiled.out
    assert deployment.up().code == 0
    assert deployment.run("drift", "test").code == 0

    other = stack(logins, tmp_path / "other")
    other.admin = deployment.admin
    other.write_stack(f'  {other.service("writer")}: {{owner: orders-team, principal: "{CLIENT}"}}\n')
    taken = other.up()
    assert taken.code == 1, taken.text
    assert f"belongs to {deployment.owner}" in taken.text

    deployment.stream("orders", sources=None, consumers=f"[{{service: {reader}, groups: [{deployment.word}]}}]")
    deployment.write_stack(services)
    gone = deployment.up()
    assert gone.code == 0, gone.text
    assert write_as_client(logins, deployment.topic("orders")) is None, "what was adopted stays"
    assert deployment.run("drift", "test").code == 3, "and is told as anybody's right on the stream"


def test_a_service_passes_to_a_principal_with_an_approval(logins: LoginCluster, tmp_path: Path) -> None:
    """Its users are gone then, and it is listed as granted, not proved."""
    deployment = stack(logins, tmp_path)
    deployment.admin = f"username: {USER}, password_file: {logins.file('password')}"
    deployment.admin += f", bootstrap: [{', '.join(logins.bootstrap('PASSWORDS'))}]"
    writer, reader = deployment.service("writer"), deployment.service("reader")
    services = f"  {reader}: {{owner: orders-team, rotate_every: 90d}}\n"
    deployment.write_stack(services + f"  {writer}: {{owner: orders-team, rotate_every: 90d}}\n")
    assert deployment.up().code == 0
    principal = f"CN={deployment.word}"
    deployment.write_stack(services + f'  {writer}: {{owner: orders-team, principal: "{principal}"}}\n')
    refused = deployment.up()
    assert refused.code == 1, refused.text
    assert f"User:{principal}, in place of User:{writer}.g1, may newly" in " ".join(refused.err.split())

    until = SYSTEM_CLOCK.today() + timedelta(days=2)
    terms = f"until: {until}, approved_by: dpo, reason: its collector has a certificate, ticket: G-1"
    approve = f"[{{change: grant-widening, service: {writer}, {terms}}}]"
    consumers = f"[{{service: {reader}, groups: [{deployment.word}]}}]"
    deployment.stream("orders", consumers=consumers, approve=approve)
    handed_over = deployment.up()
    assert handed_over.code == 0, handed_over.text
    proof = deployment.run("verify", "test")
    assert proof.code == 0, proof.text
    assert f"{writer} {principal} granted, not proved" in " ".join(proof.out.split())
    assert not list((tmp_path / "secrets").glob(f"{writer}.g1*"))


def write_as_client(logins: LoginCluster, topic: str) -> str | None:
    """Write a record by the client's certificate; the error's name if that is refused."""
    errors: list[str | None] = []
    producer = Producer(
        {
            "bootstrap.servers": ",".join(logins.bootstrap("CERTIFICATES")),
            "security.protocol": "SSL",
            "ssl.ca.location": str(logins.cluster.ca),
            "ssl.certificate.location": str(logins.cluster.settings.certificates / f"{CLIENT}.pem"),
            "ssl.key.location": str(logins.cluster.settings.certificates / f"{CLIENT}.pem"),
        }
    )
    producer.produce(topic, b"a record", on_delivery=lambda error, _: errors.append(error and error.name()))
    producer.flush(30)
    return errors[0]
