"""A session with a cluster that is not there costs one wait, not one for each resource."""

import asyncio
import socket
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from levee_infra.kafka.admin import session as module
from levee_infra.kafka.admin.connection import Connection
from levee_infra.kafka.admin.session import Session
from levee_infra.providers.protocol.failures import FailedError


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[AdminClient]:
    """The clients that a session has opened."""
    clients: list[AdminClient] = []

    def opening(settings: dict[str, Any]) -> AdminClient:
        clients.append(AdminClient(settings))
        return clients[-1]

    monkeypatch.setattr(module, "AdminClient", opening)
    return clients


async def test_all_who_ask_share_one_attempt_and_its_reason(closed_port: int, opened: list[AdminClient]) -> None:
    session = Session(Connection(bootstrap=(f"127.0.0.1:{closed_port}",), tls=False, contact_seconds=1.0))
    for _ in range(2):
        answers = await asyncio.gather(*(session.require("DESCRIBE") for _ in range(20)), return_exceptions=True)
        (reason,) = {str(answer) for answer in answers}
        assert reason.startswith(f"cannot connect to 127.0.0.1:{closed_port} as ")
        assert "Connection refused" in reason
    assert len(opened) == 1


async def test_after_a_while_it_is_tried_again(
    closed_port: int, opened: list[AdminClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TRY_AGAIN_SECONDS", -1.0)
    session = Session(Connection(bootstrap=(f"127.0.0.1:{closed_port}",), tls=False, contact_seconds=1.0))
    for _ in range(2):
        with pytest.raises(FailedError):
            await session.client()
    assert len(opened) == 2


async def test_a_caller_that_leaves_does_not_take_the_attempt_along(
    closed_port: int, opened: list[AdminClient]
) -> None:
    session = Session(Connection(bootstrap=(f"127.0.0.1:{closed_port}",), tls=False, contact_seconds=1.0))
    leaving, staying = asyncio.create_task(session.client()), asyncio.create_task(session.client())
    await asyncio.sleep(0.1)
    leaving.cancel()
    with pytest.raises(FailedError, match="cannot connect"):
        await staying
    assert len(opened) == 1


class LettingGo:
    """A client that lets go of the broker it asks, so many times."""

    def __init__(self, times: int) -> None:
        self.asked = 0
        self._times = times

    def describe_cluster(self, **_: object) -> "Future[Any]":
        self.asked += 1
        answer: Future[Any] = Future()
        if self.asked <= self._times:
            answer.set_exception(KafkaException(KafkaError(KafkaError._DESTROY_BROKER)))
        else:
            answer.set_result(SimpleNamespace(authorized_operations=()))
        return answer


@pytest.mark.parametrize(("times", "connects"), [(2, True), (3, False)])
async def test_a_broker_that_the_client_lets_go_of_is_no_failure(
    monkeypatch: pytest.MonkeyPatch, times: int, connects: bool
) -> None:
    client = LettingGo(times)
    monkeypatch.setattr(module, "AdminClient", lambda _: client)
    session = Session(Connection(("127.0.0.1:1",), tls=False))
    if connects:
        assert await session.client() is client
    else:
        with pytest.raises(FailedError, match="cannot connect"):
            await session.client()
    assert client.asked == 3
