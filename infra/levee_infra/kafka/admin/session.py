"""One administrative session with a cluster: a client kept alive, its privileges proved, its errors readable."""

import asyncio
import concurrent.futures
import logging
import re
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar, cast

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AclOperation, AdminClient

from levee_infra.kafka.admin.broker_error import broker_error, settled, trimmed
from levee_infra.kafka.admin.connection import Connection
from levee_infra.kafka.login.contract import LoginRefusedError
from levee_infra.providers.protocol.failures import FailedError
from levee_infra.providers.protocol.lag import Lag

_LOG: Final = logging.getLogger(__name__)
K = TypeVar("K")
T = TypeVar("T")

TRY_AGAIN_SECONDS: Final = 10.0
"""A failure to connect stands for this long."""

CONTACT_TRIES: Final = 3
"""How often the first request is sent: the client may let go of the broker that it asks."""

REFRESH_MILLISECONDS: Final = 1_000
"""How soon the client learns that a broker is gone. Meanwhile a request to it waits for the broker to come back."""

_CLIENT_NOISE: Final = re.compile(r"^\w+://\S+: | \(after \d+ms in state .*$")
"""What librdkafka puts around a message: the URL of the broker, and its own state."""

Request = Callable[[AdminClient, Sequence[K]], Sequence["concurrent.futures.Future[Any]"]]
"""Starts one request for some items; returns their futures in the items' order."""


def _name(work: object) -> str:
    return getattr(work, "__qualname__", type(work).__name__)


class LacksRightError(FailedError):
    """The principal lacks a right on the cluster."""


class Session:
    """A connection to one cluster, opened when it is first used.

    Reading what one may not see looks like reading nothing: without cluster Describe a broker answers a
    list of ACLs with an empty one. So a reader or writer proves first, with :meth:`require`, that it
    may.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.lag = Lag()
        self._opened: asyncio.Future[AdminClient] | None = None
        self._failed_at = 0.0
        self._granted: frozenset[str] = frozenset()
        self._fatal: FailedError | None = None
        self._hint = ""

    async def client(self) -> AdminClient:
        """Return the connected client. Raises FailedError, saying why, if the cluster cannot be reached.

        All who ask together share one attempt, and a call soon after a failure gets that failure: a cluster
        that is not there must not cost every resource its own wait.
        """
        if self._opened is None or self._may_try_again(self._opened):
            self._opened = asyncio.ensure_future(self._open())
        return await asyncio.shield(self._opened)

    async def require(self, *operations: str) -> None:
        """Prove that the principal holds these operations on the cluster, e.g. ``DESCRIBE``, ``ALTER``.

        Raises LacksRightError naming what is missing and what to grant.
        """
        await self.client()
        missing = [operation for operation in operations if operation not in self._granted]
        if missing:
            words = ", ".join(operation.title().replace("_", "") for operation in missing)
            raise LacksRightError(
                f"{self.connection} lacks {words} on the cluster; without it the cluster's answers cannot be trusted. "
                f"Grant it {words} on Cluster kafka-cluster"
            )

    async def settle(self, items: Sequence[K], request: Request[K]) -> list[Any]:
        """Send one request for all items; answer each with its result or its BrokerError, in order.

        What fails because a broker or controller moved is tried again: ``request`` must be safe to repeat.
        """
        return await settled(items, lambda some: self._once(some, request))

    async def ask(self, request: Callable[[AdminClient], "concurrent.futures.Future[T]"]) -> T:
        """Send a request about no item in particular and return its result. Raises BrokerError."""
        _LOG.debug("kafka: %s", _name(request))
        (result,) = await self.settle([None], lambda client, _: [request(client)])
        if isinstance(result, Exception):
            raise result
        return cast("T", result)

    async def call(self, work: Callable[[AdminClient], T]) -> T:
        """Make a call that blocks, on a thread, and return its result. Raises BrokerError.

        What fails because a broker moved is tried again: ``work`` must be safe to repeat.
        """
        (result,) = await settled([work], self._blocking)
        if isinstance(result, Exception):
            raise result
        return cast("T", result)

    async def _blocking(self, works: Sequence[Callable[[AdminClient], T]]) -> list[Any]:
        client = await self.client()
        for work in works:
            _LOG.debug("kafka: %s", _name(work))
        outcomes = await asyncio.gather(*(asyncio.to_thread(work, client) for work in works), return_exceptions=True)
        return [broker_error(one) if isinstance(one, BaseException) else one for one in outcomes]

    async def _once(self, items: Sequence[K], request: Request[K]) -> list[Any]:
        client = await self.client()
        _LOG.debug("kafka: %s, %d items", _name(request), len(items))
        try:
            futures = request(client, items)
        except (KafkaException, ValueError, TypeError) as error:
            return [broker_error(error)] * len(items)
        outcomes = await asyncio.gather(*map(asyncio.wrap_future, futures), return_exceptions=True)
        return [broker_error(one) if isinstance(one, BaseException) else one for one in outcomes]

    async def close(self) -> None:
        """Let go of the connection; a later use opens a new one."""
        self._opened = None

    def _may_try_again(self, opened: "asyncio.Future[AdminClient]") -> bool:
        failed = opened.done() and (opened.cancelled() or opened.exception() is not None)
        return failed and time.monotonic() - self._failed_at > TRY_AGAIN_SECONDS

    async def _open(self) -> AdminClient:
        try:
            try:
                return await self._logged_in()
            except LoginRefusedError:
                if self.connection.sasl is None or not self.connection.sasl.renew():
                    raise
            return await self._logged_in()
        except BaseException:
            self._failed_at = time.monotonic()
            raise

    async def _logged_in(self) -> AdminClient:
        client = await asyncio.to_thread(self._client)
        self._granted = await self._connect(client)
        return client

    def _client(self) -> AdminClient:
        try:
            if self.connection.sasl:
                self.connection.sasl.prepare()
            return AdminClient(self._settings())
        except (KafkaException, ValueError, TypeError) as error:  # their own text may quote a setting
            name = error.args[0].name() if isinstance(error, KafkaException) else type(error).__name__
            reason = f"librdkafka refuses its certificates, key or login ({name})"
            raise FailedError(f"cannot connect to {self.connection}: {reason}") from None

    async def _connect(self, client: AdminClient) -> frozenset[str]:
        """Wait until the cluster answers; return the operations on it that the principal holds."""
        cluster = await self._described(client)
        operations: Sequence[AclOperation] = cluster.authorized_operations or ()
        return frozenset(operation.name for operation in operations)

    async def _described(self, client: AdminClient, tries: int = CONTACT_TRIES) -> Any:
        self._fatal, self._hint = None, ""
        _LOG.debug("kafka: describe_cluster of %s", self.connection)
        patience = self.connection.contact_seconds
        asked = client.describe_cluster(include_authorized_operations=True, request_timeout=patience)
        while not asked.done():
            # Errors of authentication and TLS are reported only to a poll; the request itself would time out.
            await asyncio.to_thread(client.poll, 0.1)
            if self._fatal is not None:
                raise self._fatal
        try:
            return asked.result()
        except KafkaException as error:
            # The client has learned the cluster's brokers meanwhile, and lets go of the one that it asked.
            if error.args[0].name() == "_DESTROY_BROKER" and tries > 1:
                return await self._described(client, tries - 1)
            reason = self._hint or broker_error(error)
            raise FailedError(f"cannot connect to {self.connection}: {reason}") from None

    def _note(self, error: KafkaError) -> None:
        text = trimmed(_CLIENT_NOISE.sub("", error.str()))
        match error.name():
            case "_AUTHENTICATION":
                self._fatal = LoginRefusedError(f"cannot connect to {self.connection}: {text}")
            case "_SSL" | "_TRANSPORT" if "certificate" in text and " alert " in text:
                reason = f"the broker does not take the client's certificate: {text}"
                self._fatal = LoginRefusedError(f"cannot connect to {self.connection}: {reason}")
            case "_SSL" if "certificate" in text:
                self._fatal = FailedError(f"cannot connect to {self.connection}: {text}")
            case "_ALL_BROKERS_DOWN":
                pass
            case _:
                self._hint = text

    def _settings(self) -> dict[str, Any]:
        connection = self.connection
        settings: dict[str, Any] = {
            "bootstrap.servers": ",".join(connection.bootstrap),
            "security.protocol": connection.security_protocol,
            "client.id": "levee",
            "topic.metadata.refresh.interval.ms": REFRESH_MILLISECONDS,
            "socket.timeout.ms": int(connection.timeout_seconds * 1000),
            "error_cb": self._note,
            "log_level": 0,
        }
        if connection.sasl:
            settings |= {"sasl.mechanism": connection.sasl.mechanism, **connection.sasl.librdkafka()}
        if connection.tls:
            settings["enable.ssl.certificate.verification"] = connection.verify
            settings["ssl.endpoint.identification.algorithm"] = "https" if connection.verify else "none"
            settings |= {
                name: value
                for name, value in (
                    ("ssl.ca.pem", connection.ca),
                    ("ssl.certificate.pem", connection.certificate),
                    ("ssl.key.pem", connection.key.value if connection.key else None),
                    ("ssl.key.password", connection.key_passphrase.value if connection.key_passphrase else None),
                )
                if value
            }
        return settings
