"""Kafka requests that the main client has no call for, sent with kafka-python over a connection of their own.

confluent-kafka has no client quotas, takes SCRAM passwords only in clear (and salts them on one thread),
and ends the process when a principal without privilege describes SCRAM users. kafka-python has the plain
protocol messages.
"""

import asyncio
import logging
import ssl
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kafka import KafkaAdminClient
from kafka import errors as kafka_errors

from levee_infra.kafka.admin.broker_error import BrokerError, settled
from levee_infra.kafka.admin.connection import Connection
from levee_infra.kafka.admin.session import TRY_AGAIN_SECONDS
from levee_infra.providers.protocol.failures import FailedError

# Its debug output prints whole configurations, and its warnings repeat what the errors say.
logging.getLogger("kafka").setLevel(logging.CRITICAL)


class Wire:
    """Sends protocol messages, opening the connection for the first of them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._client: Any = None
        self._opening = asyncio.Lock()
        self._failure: FailedError | None = None
        self._failed_at = 0.0

    async def send(self, request: Any) -> Any:
        """Send a message to any broker, which passes writes on to the controller; return the response.

        Tried again while brokers move: the request must be safe to repeat. Raises BrokerError if none
        answers. Errors inside the response are the caller's to read.
        """
        (response,) = await settled([request], self._attempt)
        if isinstance(response, Exception):
            raise response
        return response

    async def _attempt(self, requests: Sequence[Any]) -> list[Any]:
        async with self._opening:
            if self._client is None:
                self._client = await self._opened()
            connections = self._client._manager  # noqa: SLF001 - there is no public way to send a message
        try:
            return [await asyncio.to_thread(connections.run, connections.send, *requests)]
        except kafka_errors.KafkaError as error:
            code = "NETWORK_EXCEPTION" if error.retriable else type(error).__name__
            return [BrokerError(code, type(error).__name__)]

    async def close(self) -> None:
        """Close the connection; a later use opens a new one."""
        client, self._client = self._client, None
        if client is not None:
            await asyncio.to_thread(client.close)

    async def _opened(self) -> Any:
        """A new client. A call soon after a failure gets that failure: all wait once for a cluster that is gone.

        Raises FailedError.
        """
        if self._failure is not None and time.monotonic() - self._failed_at <= TRY_AGAIN_SECONDS:
            raise FailedError(str(self._failure))
        try:
            return await asyncio.to_thread(self._open)
        except FailedError as error:
            self._failure, self._failed_at = error, time.monotonic()
            raise

    def _open(self) -> Any:
        connection = self._connection
        try:
            return KafkaAdminClient(
                bootstrap_servers=list(connection.bootstrap),
                client_id="levee",
                security_protocol=connection.security_protocol,
                ssl_context=tls_context(connection) if connection.tls else None,
                ssl_check_hostname=connection.verify,
                **_sasl(connection),
                request_timeout_ms=int(connection.timeout_seconds * 1000),
                bootstrap_timeout_ms=int(connection.contact_seconds * 1000),
            )
        except kafka_errors.KafkaError as error:
            raise FailedError(f"cannot connect to {connection}: {type(error).__name__}") from None


def _sasl(connection: Connection) -> dict[str, Any]:
    sasl = connection.sasl
    return {} if sasl is None else {"sasl_mechanism": sasl.mechanism, **sasl.kafka_python()}


def tls_context(connection: Connection) -> ssl.SSLContext:
    """What TLS trusts and, with a client certificate, shows. Raises FailedError where that can't be used."""
    try:
        return _context(connection)
    except (ssl.SSLError, ValueError) as error:  # its own text may quote the file
        raise FailedError(
            f"the certificates or the key for {connection} can't be used ({type(error).__name__})"
        ) from None


def _context(connection: Connection) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=connection.ca)
    if not connection.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if connection.certificate and connection.key:
        # The ssl module reads a client certificate from files only; this one lives for a moment, readable by us alone.
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "client.pem"
            path.touch(mode=0o600)
            path.write_text(f"{connection.certificate}\n{connection.key.value}\n", encoding="ascii")
            passphrase = connection.key_passphrase.value if connection.key_passphrase else None
            context.load_cert_chain(path, password=str(passphrase) if passphrase else None)
    return context
