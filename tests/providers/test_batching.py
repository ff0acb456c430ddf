"""A batch must be invisible to its callers: each gets exactly what it would have got alone."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levee_infra.providers.protocol.batching import BRISK, PATIENT, Batch, BatchLimits
from tests.support.passing_time import passing


@dataclass
class Recorder:
    """Doubles even numbers, refuses odd ones, and remembers each request."""

    requests: list[list[int]] = field(default_factory=list)

    async def __call__(self, items: Sequence[int]) -> list[int | Exception]:
        self.requests.append(list(items))
        await asyncio.sleep(0)
        return [item * 2 if item % 2 == 0 else ValueError(str(item)) for item in items]


async def gathered(batch: Batch[int, int], *items: int) -> list[int]:
    return await asyncio.gather(*map(batch.submit, items))


async def test_concurrent_calls_share_one_request() -> None:
    send = Recorder()
    batch: Batch[int, int] = Batch(send)
    assert await gathered(batch, 2, 4, 6) == [4, 8, 12]
    assert send.requests == [[2, 4, 6]]


async def test_each_caller_gets_its_own_error() -> None:
    batch: Batch[int, int] = Batch(Recorder())
    good, bad = await asyncio.gather(batch.submit(2), batch.submit(3), return_exceptions=True)
    assert good == 4
    assert isinstance(bad, ValueError)


async def test_a_failing_request_fails_only_its_own_callers() -> None:
    async def send(items: Sequence[str]) -> list[str | Exception]:
        if "poison" in items:
            raise ConnectionError("gone")
        return list(items)

    batch: Batch[str, str] = Batch(send, limits=BatchLimits(items=2))
    results = await asyncio.gather(*map(batch.submit, ("a", "poison", "b", "c")), return_exceptions=True)
    assert [type(result) for result in results] == [ConnectionError, ConnectionError, str, str]


async def test_wrong_number_of_answers_fails_every_caller() -> None:
    async def send(items: Sequence[int]) -> list[int | Exception]:
        return list[int | Exception](items[1:])

    batch: Batch[int, int] = Batch(send)
    results = await asyncio.gather(batch.submit(1), batch.submit(2), return_exceptions=True)
    assert all(isinstance(result, RuntimeError) for result in results)


async def test_without_a_key_equal_items_share_a_request() -> None:
    send = Recorder()
    batch: Batch[int, int] = Batch(send)
    assert await gathered(batch, 2, 2, 2) == [4, 4, 4]
    assert send.requests == [[2, 2, 2]]


async def test_one_name_never_appears_twice_in_a_request() -> None:
    send = Recorder()
    batch: Batch[int, int] = Batch(send, key=lambda item: item)
    assert await gathered(batch, 2, 2, 4) == [4, 4, 8]
    assert send.requests == [[2, 4], [2]]


async def test_cancelled_caller_leaves_and_the_others_are_served() -> None:
    send = Recorder()
    batch: Batch[int, int] = Batch(send)
    leaving = asyncio.create_task(batch.submit(2))
    staying = asyncio.create_task(batch.submit(4))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying == 8
    assert send.requests == [[4]]


async def test_caller_cancelled_in_flight_does_not_disturb_the_request() -> None:
    release = asyncio.Event()

    async def send(items: Sequence[int]) -> list[int | Exception]:
        await release.wait()
        return list(items)

    batch: Batch[int, int] = Batch(send)
    first, second = asyncio.create_task(batch.submit(1)), asyncio.create_task(batch.submit(2))
    await asyncio.sleep(0.02)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    release.set()
    assert await second == 2
    assert await batch.submit(3) == 3


async def test_calls_made_during_a_request_leave_together_with_the_next() -> None:
    release = asyncio.Event()
    requests: list[list[int]] = []

    async def send(items: Sequence[int]) -> list[int | Exception]:
        requests.append(list(items))
        if len(requests) == 1:
            await release.wait()
        return list(items)

    batch: Batch[int, int] = Batch(send)
    first = asyncio.create_task(batch.submit(0))
    await asyncio.sleep(0.02)
    rest = [asyncio.create_task(batch.submit(n)) for n in range(1, 5)]
    await asyncio.sleep(0.02)
    release.set()
    await asyncio.gather(first, *rest)
    assert requests == [[0], [1, 2, 3, 4]]


async def test_an_item_heavier_than_the_limit_still_goes_alone() -> None:
    send = Recorder()
    batch: Batch[int, int] = Batch(send, weight=lambda item: item, limits=BatchLimits(weight=10))
    assert await gathered(batch, 40, 8, 2) == [80, 16, 4]
    assert send.requests == [[40], [8, 2]]


@given(
    items=st.lists(st.integers(min_value=0, max_value=30), max_size=60),
    pauses=st.lists(st.integers(min_value=0, max_value=3), min_size=60, max_size=60),
    limit=st.integers(min_value=1, max_value=9),
    weight=st.integers(min_value=1, max_value=50),
)
def test_every_call_is_answered_once_as_if_alone(items: list[int], pauses: list[int], limit: int, weight: int) -> None:
    send = Recorder()

    async def call(batch: Batch[int, int], item: int, pause: int) -> object:
        for _ in range(pause):
            await asyncio.sleep(0)
        try:
            return await batch.submit(item)
        except ValueError as error:
            return str(error)

    async def run() -> list[object]:
        batch: Batch[int, int] = Batch(
            send, key=lambda n: n, weight=lambda n: n, limits=BatchLimits(items=limit, weight=weight)
        )
        return await asyncio.gather(*(call(batch, n, p) for n, p in zip(items, pauses, strict=False)))

    assert asyncio.run(run()) == [n * 2 if n % 2 == 0 else str(n) for n in items]
    assert sorted(n for request in send.requests for n in request) == sorted(items)
    for request in send.requests:
        assert len(request) <= limit
        assert len(request) == len(set(request))
        assert sum(request) <= weight or len(request) == 1


async def trickled(batch: Batch[int, int], calls: int, seconds: float) -> None:
    """Callers that don't wait for each other, one every so many seconds."""
    tasks = []
    for number in range(calls):
        tasks.append(asyncio.create_task(batch.submit(2 * number)))
        await asyncio.sleep(seconds)
    assert await asyncio.gather(*tasks) == [4 * number for number in range(calls)]


def test_a_patient_batch_gathers_callers_that_come_one_by_one() -> None:
    brisk, patient = Recorder(), Recorder()
    passing(trickled(Batch(brisk), 200, seconds=0.02))
    passing(trickled(Batch(patient, pace=PATIENT), 200, seconds=0.02))
    assert (len(brisk.requests), len(patient.requests) <= 10) == (200, True)


def test_callers_of_whom_one_comes_after_the_other_hardly_wait() -> None:
    send = Recorder()

    async def one_after_the_other() -> float:
        batch: Batch[int, int] = Batch(send, pace=PATIENT)
        for _ in range(1_000):
            assert await batch.submit(2) == 4
        return asyncio.get_running_loop().time()

    assert passing(one_after_the_other()) <= 1_000 * BRISK.quiet + 10 * PATIENT.quiet
    assert len(send.requests) == 1_000
