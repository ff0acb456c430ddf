"""One user's connections to a cluster, opened when they are needed."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from infra.proof.broker_connection import BrokerConnection, Unreachable
from infra.proof.login import Address, Login


class Client:
    """Asks brokers as one user; an asynchronous context manager."""

    def __init__(self, login: Login, *, turn: int = 0) -> None:
        """`turn` spreads users over the brokers that they are told to begin with."""
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
        reasons = []
        for index in range(len(self.login.bootstrap)):
            address = self.login.bootstrap[(self._turn + index) % len(self.login.bootstrap)]
            try:
                self._home = await BrokerConnection.open(address, self.login)
            except Unreachable as error:
                reasons.append(str(error))
            else:
                self._turn += index + 1
                return self._home
        raise Unreachable("; ".join(reasons))
