"""One user's connections to a cluster, opened when they are needed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Final, Self

from levee_infra.verify.broker_connection import BrokerConnection, Unreachable
from levee_infra.verify.login import Address, Login

NEXT_SECONDS: Final = 1.0
"""How long a broker is waited for before another is asked as well."""


class Client:
    """Asks brokers as one user; an asynchronous context manager."""

    def __init__(self, login: Login, *, turn: int = 0) -> None:
        """`turn` spreads users over the brokers that they begin with."""
        self.login = login
        self._turn = turn
        self._home: BrokerConnection | None = None
        self._others: dict[Address, BrokerConnection] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        for connection in (self._home, *self._others.values()):
            if connection is not None:
                connection.close()
        self._home, self._others = None, {}

    async def ask(self, request: Any) -> Any:
        """Ask any broker. Raises LoginRefused, Unreachable."""
        home = await self._any()
        try:
            return await home.ask(request)
        except Unreachable:
            # One more chance with another broker: the first may just be restarting. Every request of a proof is
            # safe to repeat.
            self._home = None
            return await (await self._any()).ask(request)

    async def ask_at(self, address: Address, request: Any) -> Any:
        """Ask this broker. Raises LoginRefused, Unreachable."""
        connection = self._others.get(address)
        if connection is None or not connection.is_open:
            connection = self._others[address] = await BrokerConnection.open(address, self.login)
        return await connection.ask(request)

    async def _any(self) -> BrokerConnection:
        if self._home is not None and self._home.is_open:
            return self._home
        brokers = self.login.bootstrap
        first = self._turn % len(brokers)
        self._home = await _first_to_answer((*brokers[first:], *brokers[:first]), self.login)
        self._turn += 1
        return self._home


async def _first_to_answer(addresses: Iterable[Address], login: Login) -> BrokerConnection:
    """Ask one broker after the other, and wait for all that were asked: silent ones don't add up.

    Raises LoginRefused, and Unreachable with what each of them answered.
    """
    upcoming = list(addresses)
    reasons = {each: f"{each}: no answer within {login.contact_seconds:.0f} s" for each in upcoming}

    async def attempt(address: Address) -> BrokerConnection | None:
        try:
            return await BrokerConnection.open(address, login)
        except Unreachable as error:
            reasons[address] = str(error)
            return None

    waiting: set[asyncio.Task[BrokerConnection | None]] = set()
    try:
        async with asyncio.timeout(login.contact_seconds):
            while upcoming or waiting:
                if upcoming:
                    waiting.add(asyncio.create_task(attempt(upcoming.pop(0))))
                patience = NEXT_SECONDS if upcoming else None
                done, waiting = await asyncio.wait(waiting, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
                if opened := [connection for task in done if (connection := task.result()) is not None]:
                    for spare in opened[1:]:
                        spare.close()
                    return opened[0]
    except TimeoutError:
        pass
    finally:
        for task in waiting:
            task.cancel()
    raise Unreachable("; ".join(reasons.values()))
