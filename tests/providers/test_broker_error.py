"""Which errors of a broker pass by themselves, and how they are tried again."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from infra.providers.admin import broker_error
from infra.providers.admin.broker_error import BrokerError, settled


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker_error, "RETRY_SECONDS", (0.0, 0.0))


class Cluster:
    """Answers each request with the next of its answers, the last one for ever."""

    def __init__(self, **answers: list[str | None]) -> None:
        self.answers = answers
        self.asked: list[list[str]] = []

    async def answer(self, items: Sequence[str]) -> list[str | Exception]:
        self.asked.append(list(items))
        return [self._answer(item) for item in items]

    def _answer(self, item: str) -> str | Exception:
        left = self.answers[item]
        code = left.pop(0) if len(left) > 1 else left[0]
        return BrokerError(code, "") if code else f"{item} done"


async def test_only_what_passes_by_itself_is_asked_again() -> None:
    cluster = Cluster(moved=["NOT_CONTROLLER", None], refused=["POLICY_VIOLATION"], fine=[None])
    results = await settled(["moved", "refused", "fine"], cluster.answer)
    assert results[0] == "moved done"
    assert isinstance(results[1], BrokerError)
    assert results[2] == "fine done"
    assert cluster.asked == [["moved", "refused", "fine"], ["moved"]]


async def test_a_broker_that_left_the_metadata_is_not_the_end() -> None:
    cluster = Cluster(one=["_DESTROY_BROKER", "_DESTROY_BROKER", None])
    assert await settled(["one"], cluster.answer) == ["one done"]


async def test_what_does_not_pass_is_answered_in_the_end() -> None:
    (result,) = await settled(["one"], Cluster(one=["_TRANSPORT"]).answer)
    assert isinstance(result, BrokerError)
    assert result.code == "_TRANSPORT"
