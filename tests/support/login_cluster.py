"""A cluster whose brokers take every login of levee's, each way on a listener of its own."""

from __future__ import annotations

import os
import secrets
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from confluent_kafka.admin import ScramCredentialInfo, ScramMechanism, UserScramCredentialUpsertion

from levee.clock import SYSTEM_CLOCK
from levee_infra.local import preparation
from levee_infra.local.broker import server_properties
from levee_infra.local.certificates import ensure_certificates
from levee_infra.local.jars import ensure_jars
from levee_infra.local.jvm import Jvm
from levee_infra.local.settings import Node
from tests.support.cluster import JARS, LocalCluster, running_cluster, session_base_port
from tests.support.token_server import AUDIENCE, TokenServer, token_server

VALIDATOR = Path(__file__).with_name("MskIamValidator.java")
USER = "administrator"
CERTIFIED = "levee-certified"
SIGNER = "AKIALEVEETESTS000001"
IAM_ID = "iam-ServiceId-9de9d5b2-0000-4000-8000-000000000001"
LISTENERS = ("PASSWORDS", "OAUTH", "IAM", "IBM", "CERTIFICATES")
FIRST_PORT = 3
"""Of a node's ten ports, the first that its product's listeners leave free."""
MODULE = "org.apache.kafka.common.security"


@dataclass(frozen=True)
class LoginCluster:
    """The cluster, and who may log in to it, with every secret in a file of `folder`."""

    cluster: LocalCluster
    folder: Path
    tokens: TokenServer

    def bootstrap(self, listener: str) -> list[str]:
        """The brokers' addresses of a listener."""
        offset = FIRST_PORT + LISTENERS.index(listener)
        return [f"127.0.0.1:{node.client_port + offset}" for node in self.cluster.nodes]

    def file(self, name: str) -> Path:
        return self.folder / name


@contextmanager
def login_cluster(folder: Path) -> Iterator[LoginCluster]:
    """The cluster for the length of a `with`."""
    ensure_certificates(folder, ("login",), now=SYSTEM_CLOCK.now(), nothing_runs=True)
    password, client_secret, aws_secret, api_key = (secrets.token_urlsafe() for _ in range(4))
    write(folder / "password", password)
    write(folder / "wrong", "wrong")
    write(folder / "client.secret", client_secret)
    write(folder / "api.key", api_key)
    write(folder / "aws", f"[default]\naws_access_key_id = {SIGNER}\naws_secret_access_key = {aws_secret}\n")
    write(folder / "aws.wrong", f"[default]\naws_access_key_id = {SIGNER}\naws_secret_access_key = wrong\n")
    with (
        token_server("levee", client_secret, folder / "login.pem") as tokens,
        token_server("", "", None) as iam,
        listeners(folder, password, tokens, iam),
        running_cluster(session_base_port(400), directory=folder / "brokers") as cluster,
    ):
        iam.aws_keys[SIGNER] = aws_secret
        tokens.api_keys[api_key] = IAM_ID
        ensure_certificates(cluster.settings.certificates, (CERTIFIED,), now=SYSTEM_CLOCK.now(), nothing_runs=False)
        split(cluster.settings.certificates / f"{CERTIFIED}.pem", folder / "client.pem", folder / "client.key")
        admin = cluster.admin()
        for mechanism in (ScramMechanism.SCRAM_SHA_256, ScramMechanism.SCRAM_SHA_512):
            info = ScramCredentialInfo(mechanism, 4096)
            upsertion = UserScramCredentialUpsertion(USER, info, password.encode())
            admin.alter_user_scram_credentials([upsertion])[USER].result()
        yield LoginCluster(cluster, folder, tokens)


def write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)


def split(both: Path, certificate: Path, key: Path) -> None:
    """A key and a certificate in files of their own."""
    text = both.read_text()
    end = text.index("-----BEGIN CERTIFICATE-----")
    write(key, text[:end])
    write(certificate, text[end:])


def settings(node: Node, password: str, folder: Path, tokens: TokenServer) -> Mapping[str, object]:
    """What a broker is told beside the product's own settings."""
    passwords, oauth, iam, ibm, certificates = (f"listener.name.{name.lower()}" for name in LISTENERS)
    trust = f'ssl.truststore.type="PEM" ssl.truststore.location="{folder / "ca.pem"}"'
    bearer = f'{MODULE}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="unused"'
    scram = f"{MODULE}.scram.ScramLoginModule required;"
    return {
        f"{passwords}.sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
        f"{passwords}.plain.sasl.jaas.config": f'{MODULE}.plain.PlainLoginModule required user_{USER}="{password}";',
        f"{passwords}.scram-sha-256.sasl.jaas.config": scram,
        f"{passwords}.scram-sha-512.sasl.jaas.config": scram,
        f"{oauth}.sasl.enabled.mechanisms": "OAUTHBEARER",
        f"{oauth}.oauthbearer.sasl.jaas.config": f"{bearer} {trust};",
        f"{oauth}.oauthbearer.sasl.server.callback.handler.class": (
            f"{MODULE}.oauthbearer.OAuthBearerValidatorCallbackHandler"
        ),
        f"{oauth}.oauthbearer.sasl.oauthbearer.jwks.endpoint.url": tokens.jwks_url,
        f"{oauth}.oauthbearer.sasl.oauthbearer.expected.audience": AUDIENCE,
        f"{oauth}.oauthbearer.sasl.oauthbearer.expected.issuer": tokens.url,
        f"{oauth}.oauthbearer.connections.max.reauth.ms": 3_600_000,
        f"{ibm}.sasl.enabled.mechanisms": "OAUTHBEARER",
        f"{ibm}.oauthbearer.sasl.jaas.config": f"{bearer} {trust};",
        f"{ibm}.oauthbearer.sasl.server.callback.handler.class": (
            f"{MODULE}.oauthbearer.OAuthBearerValidatorCallbackHandler"
        ),
        f"{ibm}.oauthbearer.sasl.oauthbearer.jwks.endpoint.url": tokens.ibm_keys_url,
        f"{ibm}.oauthbearer.sasl.oauthbearer.expected.issuer": f"{tokens.url}/identity",
        f"{ibm}.oauthbearer.sasl.oauthbearer.sub.claim.name": "iam_id",
        f"{iam}.sasl.enabled.mechanisms": "OAUTHBEARER",
        f"{iam}.oauthbearer.sasl.jaas.config": f"{bearer};",
        f"{iam}.oauthbearer.sasl.server.callback.handler.class": "MskIamValidator",
        f"{certificates}.ssl.client.auth": "required",
    }


@contextmanager
def listeners(folder: Path, password: str, tokens: TokenServer, iam: TokenServer) -> Iterator[None]:
    """Brokers that are started meanwhile have the listeners."""
    classes = folder / "classes"
    jars = ensure_jars(JARS, lambda _: None)
    classpath = os.pathsep.join(map(str, jars))
    subprocess.run(["javac", "-cp", classpath, "-d", str(classes), str(VALIDATOR)], check=True)
    plain_command, plain_environment = Jvm.command, Jvm.environment

    def properties(node: Node, nodes: tuple[Node, ...], certificates: Path, data: Path) -> str:
        text = server_properties(node, nodes, certificates, data)
        protocols = dict.fromkeys(LISTENERS, "SASL_SSL") | {"CERTIFICATES": "SSL"}
        added = [f"{name}://127.0.0.1:{node.client_port + FIRST_PORT + index}" for index, name in enumerate(LISTENERS)]
        for key, more in (
            ("listeners", added),
            ("advertised.listeners", added),
            ("listener.security.protocol.map", [f"{name}:{protocol}" for name, protocol in protocols.items()]),
        ):
            text = text.replace(f"\n{key}=", f"\n{key}={','.join(more)},", 1)
        supers = ";".join(f"User:{name}" for name in (USER, "levee", SIGNER, IAM_ID, CERTIFIED))
        text = text.replace("\nsuper.users=", f"\nsuper.users={supers};", 1)
        return text + "".join(f"{k}={v}\n" for k, v in settings(node, password, folder, tokens).items())

    def command(self: Jvm, heap_mib: int, options: Any, main: str, *arguments: Any) -> list[str | Path]:
        more = [
            f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls={tokens.jwks_url},{tokens.ibm_keys_url}",
            f"-Dlevee.tests.iam={iam.url}/iam/",
        ]
        return plain_command(self, heap_mib, [*options, *more], main, *arguments)

    def environment(self: Jvm) -> dict[str, str]:
        found: dict[str, str] = plain_environment.fget(self)  # type: ignore[attr-defined]
        return {**found, "CLASSPATH": f"{found['CLASSPATH']}{os.pathsep}{classes}"}

    with (
        patch.object(preparation, "server_properties", properties),
        patch.object(Jvm, "command", command),
        patch.object(Jvm, "environment", property(environment)),
        patch.object(Jvm, "sharing", lambda _: []),
        patch.object(Jvm, "archiving", lambda *_: []),
    ):
        yield
