"""Brokers that misbehave: nothing is known of what was asked, and it is said so."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from levee.clock import SYSTEM_CLOCK
from levee_infra.local.certificates import ensure_certificates
from levee_infra.verify.broker_connection import BrokerConnection, LoginRefused, Unreachable
from levee_infra.verify.client import Client
from levee_infra.verify.login import Address, Login
from levee_infra.verify.stream_probes import describe
from tests.support.cluster import LocalCluster

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    ensure_certificates(tmp_path, ("broker-1",), now=SYSTEM_CLOCK.now(), nothing_runs=True)
    return tmp_path


def login(address: str, ca: Path, password: str = "wrong") -> Login:
    return Login.of_settings(
        {
            "bootstrap.servers": address,
            "security.protocol": "SASL_SSL",
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": "admin",
            "sasl.password": password,
            "ssl.ca.location": str(ca),
        }
    )


@asynccontextmanager
async def server(certificates: Path, handler: Handler, *, tls: bool = True) -> AsyncIterator[Login]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "broker-1.pem")
    listening = await asyncio.start_server(handler, "127.0.0.1", 0, ssl=context if tls else None)
    try:
        yield login(f"127.0.0.1:{listening.sockets[0].getsockname()[1]}", certificates / "ca.pem")
    finally:
        listening.close()


async def complaint(somebody: Login) -> str:
    with pytest.raises(Unreachable) as unreachable:
        await BrokerConnection.open(somebody.bootstrap[0], somebody)
    assert str(unreachable.value).startswith(str(somebody.bootstrap[0]))
    return str(unreachable.value)


async def test_one_that_closes(certificates: Path) -> None:
    async def close(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with server(certificates, close) as somebody:
        assert "connection lost at login" in await complaint(somebody)


async def test_one_that_speaks_something_else(certificates: Path) -> None:
    async def speak(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()

    async with server(certificates, speak) as somebody:
        assert "connection lost at login (InvalidReceiveError)" in await complaint(somebody)


async def test_one_that_is_silent(certificates: Path) -> None:
    over = asyncio.Event()

    async def wait(*_: object) -> None:
        await over.wait()

    async with server(certificates, wait) as somebody:
        assert "no answer within" in await complaint(replace(somebody, contact_seconds=0.3))
        over.set()


async def test_one_that_is_not_the_clusters(certificates: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    ensure_certificates(other, ("broker-1",), now=SYSTEM_CLOCK.now(), nothing_runs=True)

    async def wait(*_: object) -> None:
        return

    async with server(other, wait) as somebody:
        trusting = login(str(somebody.bootstrap[0]), certificates / "ca.pem")
        assert "TLS failed: CERTIFICATE_VERIFY_FAILED" in await complaint(trusting)


async def test_one_that_takes_no_tls(certificates: Path) -> None:
    async def speak(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"no TLS here")
        writer.close()

    async with server(certificates, speak, tls=False) as somebody:
        assert "TLS failed" in await complaint(somebody)


async def test_nobody_there(certificates: Path) -> None:
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:1: .*; 127\.0\.0\.1:2: "):
        await Client(login("127.0.0.1:1,127.0.0.1:2", certificates / "ca.pem")).ask(describe("t").request)


@pytest.mark.integration
async def test_a_wrong_password_is_a_refusal_every_time(cluster: LocalCluster) -> None:
    """And never just a lost socket, which proves nothing."""
    somebody = login(cluster.bootstrap, cluster.ca)
    for _ in range(3):
        with pytest.raises(LoginRefused, match="invalid credentials"):
            await BrokerConnection.open(somebody.bootstrap[0], somebody)


@pytest.mark.integration
async def test_a_dead_broker_is_passed_over(cluster: LocalCluster) -> None:
    password = cluster.admin_password_file.read_text()
    async with Client(login(f"127.0.0.1:1,{cluster.bootstrap}", cluster.ca, password)) as client:
        assert (await client.ask(describe("no-such-topic").request)).topics[0].error_code == 3
        client.close()
        assert (await client.ask(describe("no-such-topic").request)).topics[0].error_code == 3


@pytest.mark.integration
async def test_a_connection_that_was_lost_is_made_anew(cluster: LocalCluster) -> None:
    password = cluster.admin_password_file.read_text()
    somebody = login(cluster.bootstrap, cluster.ca, password)
    leader = Address.parse(cluster.bootstrap_servers[0])
    async with Client(somebody) as client:
        await client.ask_at(leader, describe("no-such-topic").request)
        for connection in client._others.values():
            connection.close()
        assert (await client.ask_at(leader, describe("no-such-topic").request)).topics[0].error_code == 3


async def test_silent_brokers_are_waited_for_together_and_named(certificates: Path) -> None:
    over = asyncio.Event()

    async def wait(*_: object) -> None:
        await over.wait()

    async with server(certificates, wait) as one, server(certificates, wait) as other:
        both = replace(one, bootstrap=(*one.bootstrap, *other.bootstrap), contact_seconds=1.5)
        with pytest.raises(Unreachable) as unreachable:
            await Client(both).ask(describe("t").request)
        over.set()
    assert str(unreachable.value) == "; ".join(f"{each}: no answer within 2 s" for each in both.bootstrap)
