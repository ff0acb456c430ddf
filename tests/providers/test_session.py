"""A session with a cluster that is not there costs one wait, not one for each resource."""

import asyncio
import socket
from typing import Any

import pytest
from confluent_kafka.admin import AdminClient

from infra.providers.admin import session as module
from infra.providers.admin.connection import Connection
from infra.providers.admin.session import Session
from infra.providers.failures import FailedError


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
