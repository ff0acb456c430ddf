"""Micro-batching on one asyncio loop: many callers, one request.

A resource provider is asked for one resource at a time, dozens at once. Kafka answers a request for a
thousand topics as fast as for one, so concurrent calls of one kind are gathered here and sent together.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

Send = Callable[[Sequence[Item]], Awaitable[Sequence[Result | Exception]]]
"""Sends one request for all items and answers in their order; an exception stands for that item's failure."""


@dataclass(frozen=True)
class BatchLimits:
    """How large one request may grow: ``items`` callers; ``weight`` in the request's own unit, e.g. partitions."""

    items: int = 1_000
    weight: int = 10_000


@dataclass(frozen=True)
class Pace:
    """How long a batch waits for more callers, in seconds."""

    quiet: float
    """It leaves when nobody has joined it for this long."""
    patience: float
    """It leaves after this long even if callers keep joining, so that a steady trickle is not starved."""


BRISK: Final = Pace(quiet=0.004, patience=0.05)
"""A burst arrives within a loop turn or two."""

PATIENT: Final = Pace(quiet=0.05, patience=0.5)
"""For requests that are counted, and take about as long as this: an engine that is short of processor time asks for one
thing after the other.
"""


@dataclass(eq=False)
class _Call(Generic[Item, Result]):
    item: Item
    key: Hashable
    weight: int
    answer: "asyncio.Future[Result]" = field(repr=False)


class Batch(Generic[Item, Result]):
    """Gathers concurrent :meth:`submit` calls into single requests.

    One request is under way at a time; calls that arrive meanwhile leave with the next one. Every caller gets
    its own result or its own exception; a request that fails as a whole fails only its own callers. Two
    items of one ``key`` never share a request (brokers reject a request that names a thing twice). A
    cancelled caller leaves the batch if it has not been sent, and never disturbs the others.

    It waits at its ``pace``. Where that was in vain, it goes on briskly, twice as often each time, before it waits so
    again: callers of whom one comes after the other don't pay for each.
    """

    def __init__(
        self,
        send: Send[Item, Result],
        *,
        key: Callable[[Item], Hashable] | None = None,
        weight: Callable[[Item], int] | None = None,
        limits: BatchLimits | None = None,
        pace: Pace = BRISK,
    ) -> None:
        self._send = send
        self._pace = pace
        self._key = key
        self._weight = weight
        self._limits = limits or BatchLimits()
        self._waiting: dict[int, _Call[Item, Result]] = {}
        self._tickets = itertools.count()
        self._joined = asyncio.Event()
        self._sender: asyncio.Task[None] | None = None
        self._in_vain = 0
        self._briskly = 0

    async def submit(self, item: Item) -> Result:
        """Send ``item`` with the next request.

        Raises whatever the request raised for this item, or for all of them.
        """
        ticket = next(self._tickets)
        call: _Call[Item, Result] = _Call(
            item=item,
            key=ticket if self._key is None else self._key(item),
            weight=1 if self._weight is None else self._weight(item),
            answer=asyncio.get_running_loop().create_future(),
        )
        self._waiting[ticket] = call
        self._joined.set()
        if self._sender is None:
            # Owned by the batch, not by this caller: cancelling the caller must not cancel its neighbours.
            self._sender = asyncio.create_task(self._send_until_empty())
        try:
            return await call.answer
        finally:
            self._waiting.pop(ticket, None)

    async def _send_until_empty(self) -> None:
        try:
            while self._waiting:
                await self._until_quiet()
                self._learn()
                if calls := self._take():
                    await self._send_together(calls)
        finally:
            self._sender = None

    async def _until_quiet(self) -> None:
        pace = BRISK if self._briskly else self._pace
        deadline = asyncio.get_running_loop().time() + pace.patience
        while not self._is_full() and asyncio.get_running_loop().time() < deadline:
            self._joined.clear()
            try:
                await asyncio.wait_for(self._joined.wait(), pace.quiet)
            except TimeoutError:
                return

    def _learn(self) -> None:
        """Note whether somebody came while the batch waited."""
        if len(self._waiting) > 1:
            self._in_vain = self._briskly = 0
        elif self._briskly:
            self._briskly -= 1
        else:
            self._in_vain += 1
            self._briskly = 2**self._in_vain

    def _is_full(self) -> bool:
        weight = sum(call.weight for call in self._waiting.values())
        return len(self._waiting) >= self._limits.items or weight >= self._limits.weight

    def _take(self) -> list[_Call[Item, Result]]:
        """Remove and return the next request's calls: as many as fit, in order, each key once."""
        taken: list[_Call[Item, Result]] = []
        keys: set[Hashable] = set()
        weight = 0
        for ticket, call in list(self._waiting.items()):
            fits = len(taken) < self._limits.items and weight + call.weight <= self._limits.weight
            # The first call always goes, however heavy: the broker, not this queue, says whether it is too big.
            if (fits or not taken) and call.key not in keys:
                taken.append(call)
                weight += call.weight
                keys.add(call.key)
                del self._waiting[ticket]
        return taken

    async def _send_together(self, calls: Sequence[_Call[Item, Result]]) -> None:
        try:
            results = await self._send([call.item for call in calls])
            if len(results) != len(calls):
                raise RuntimeError(f"a batch of {len(calls)} was answered with {len(results)} results")
        except asyncio.CancelledError:
            for call in calls:
                call.answer.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - handed to every caller of this request, none is lost
            results = [error] * len(calls)
        for call, result in zip(calls, results, strict=True):
            if call.answer.done():
                continue
            if isinstance(result, Exception):
                call.answer.set_exception(result)
            else:
                call.answer.set_result(result)
