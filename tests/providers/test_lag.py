"""Drift is what is still so when the brokers have caught up."""

from collections.abc import Awaitable, Callable

import pytest

from levee_infra.providers.protocol import lag as module
from levee_infra.providers.protocol.failures import FailedError
from levee_infra.providers.protocol.lag import Lag, until_shown


class Broker:
    """Shows the old value for so many readings, then the new one."""

    def __init__(self, behind: int) -> None:
        self.behind = behind
        self.readings = 0

    async def read(self) -> str:
        self.readings += 1
        return "old" if self.readings <= self.behind else "new"


def is_new(value: str) -> bool:
    return value == "new"


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(module, "POLL_SECONDS", (0.001,))


async def test_what_is_as_expected_is_read_once() -> None:
    broker = Broker(behind=0)
    assert await Lag().confirmed(is_new, broker.read, broker.read) == "new"
    assert broker.readings == 1


async def test_a_broker_that_lags_is_asked_again() -> None:
    broker = Broker(behind=20)
    assert await Lag().confirmed(is_new, broker.read, broker.read) == "new"


async def test_once_brokers_have_caught_up_a_second_look_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    lag, broker = Lag(), Broker(behind=5)
    monkeypatch.setattr(module, "SETTLE_SECONDS", 0.0)
    assert await lag.confirmed(is_new, broker.read, broker.read) == "old"
    assert broker.readings == 2


async def test_a_write_begins_the_patience_anew() -> None:
    lag = Lag()
    lag._since -= 2 * module.SETTLE_SECONDS
    lag.wrote()
    broker = Broker(behind=5)
    assert await lag.confirmed(is_new, broker.read, broker.read) == "new"


def readings(*values: bool) -> Callable[[], Awaitable[bool]]:
    left = list(values)

    async def read() -> bool:
        return left.pop(0)

    return read


async def test_a_write_is_waited_for() -> None:
    await until_shown("it", readings(False, False, True))


async def test_a_write_that_no_broker_shows_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SHOWN_SECONDS", -1.0)
    with pytest.raises(FailedError, match="has committed topic t, but"):
        await until_shown("topic t", readings(False, False))
