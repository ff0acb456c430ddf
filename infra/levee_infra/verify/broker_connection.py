"""One connection to one broker: protocol messages in, protocol messages out.

Made of kafka-python's messages and its SASL, without a client library's own connection handling: a proof needs to
know what each single request was answered, whether a login was refused or a socket lost, and that nothing is tried
twice behind its back. Source: https://kafka.apache.org/protocol
"""

from __future__ import annotations

import asyncio
import ssl
from typing import Any, Final, Self

from kafka.errors import KafkaError
from kafka.net.sasl import get_sasl_mechanism
from kafka.protocol.broker_version_data import BrokerVersionData
from kafka.protocol.metadata import ApiVersionsRequest
from kafka.protocol.parser import KafkaProtocol
from kafka.protocol.sasl import SaslAuthenticateRequest, SaslHandshakeRequest

from levee_infra.kafka.admin.broker_error import trimmed
from levee_infra.kafka.login.contract import LoginRefusedError
from levee_infra.providers.protocol.failures import FailedError
from levee_infra.verify.login import Address, Login

CLIENT_ID: Final = "levee-verify"
"""What brokers and their quotas know the proof by."""

ANSWER_SECONDS: Final = 15.0
SASL_AUTHENTICATION_FAILED: Final = 58
READ_BYTES: Final = 65_536


class Unreachable(Exception):
    """A broker didn't answer, or not in a way that can be understood: nothing is known of what was asked."""


class LoginRefused(Exception):
    """The broker, or who issues its tokens, said no to the login."""


class BrokerConnection:
    """A connection that is logged in. Use `open`; one request at a time."""

    def __init__(self, address: Address, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._address = address
        self._reader, self._writer = reader, writer
        self._protocol = KafkaProtocol(client_id=CLIENT_ID)
        self._versions: Any = None
        self._turn = asyncio.Lock()

    @classmethod
    async def open(cls, address: Address, login: Login) -> Self:
        """Connect and log in; once more where a token was refused. Raises LoginRefused, Unreachable."""
        try:
            return await cls._opened(address, login)
        except LoginRefused:
            if login.sasl is None or not login.sasl.renew():
                raise
        return await cls._opened(address, login)

    @classmethod
    async def _opened(cls, address: Address, login: Login) -> Self:
        seconds = login.contact_seconds
        try:
            async with asyncio.timeout(seconds):
                reader, writer = await asyncio.open_connection(address.host, address.port, ssl=login.tls)
                connection = cls(address, reader, writer)
                try:
                    await connection._greet(login)
                except BaseException:
                    connection.close()
                    raise
                return connection
        except ssl.SSLError as error:
            if error.reason and "ALERT" in error.reason and "CERTIFICATE" in error.reason:
                raise LoginRefused(f"{address} does not take the client's certificate: {error.reason}") from None
            raise Unreachable(f"{address}: TLS failed: {error.reason or error}") from None
        except TimeoutError:
            raise Unreachable(f"{address}: no answer within {seconds:.0f} s") from None
        except OSError as error:
            raise Unreachable(f"{address}: {error.strerror or error}") from None

    async def ask(self, request: Any) -> Any:
        """Send a request and return its response. Raises Unreachable, after which the connection is closed."""
        try:
            async with self._turn, asyncio.timeout(ANSWER_SECONDS):
                return await self._ask(request)
        except TimeoutError:
            self.close()
            raise Unreachable(f"{self._address}: no answer within {ANSWER_SECONDS:.0f} s") from None
        except (OSError, EOFError, KafkaError) as error:
            self.close()
            raise Unreachable(f"{self._address}: connection lost ({type(error).__name__})") from None

    @property
    def is_open(self) -> bool:
        """Whether another request can be sent."""
        return not self._writer.is_closing()

    def close(self) -> None:
        """Let go of the socket."""
        self._writer.close()

    async def _ask(self, request: Any) -> Any:
        if request.API_VERSION is None:
            request.API_VERSION = self._versions.api_version(request)
        self._protocol.send_request(request)
        self._writer.write(self._protocol.send_bytes())
        await self._writer.drain()
        while True:
            received = await self._reader.read(READ_BYTES)
            if not received:
                raise EOFError
            for _, response in self._protocol.receive_bytes(received):
                return response

    async def _greet(self, login: Login) -> None:
        try:
            versions = await self._ask(ApiVersionsRequest(version=0))
            ranges = {api.api_key: (api.min_version, api.max_version) for api in versions.api_keys}
            self._versions = BrokerVersionData(api_versions=ranges)
            await self._log_in(login)
        except (EOFError, KafkaError) as error:
            raise Unreachable(f"{self._address}: connection lost at login ({type(error).__name__})") from None

    async def _log_in(self, login: Login) -> None:
        if login.sasl is None:
            return
        mechanism = login.sasl.mechanism
        handshake = await self._ask(SaslHandshakeRequest(mechanism=mechanism, version=1))
        if handshake.error_code:
            raise Unreachable(f"{self._address}: takes {', '.join(handshake.mechanisms)}, not {mechanism}")
        exchange = get_sasl_mechanism(mechanism)(sasl_mechanism=mechanism, **login.sasl.kafka_python())
        while not exchange.is_done():
            try:
                # On a thread: a token may be asked for.
                said = await asyncio.to_thread(exchange.auth_bytes)
            except LoginRefusedError as error:
                raise LoginRefused(str(error)) from None
            except FailedError as error:
                raise Unreachable(f"{self._address}: {error}") from None
            answer = await self._ask(SaslAuthenticateRequest(said))
            if answer.error_code == SASL_AUTHENTICATION_FAILED:
                raise LoginRefused(trimmed(answer.error_message or "SASL_AUTHENTICATION_FAILED"))
            if answer.error_code:
                raise Unreachable(f"{self._address}: login failed with error {answer.error_code}")
            try:
                # Thousands of rounds of hashing: on a thread, so that other credentials go on.
                await asyncio.to_thread(exchange.receive, answer.auth_bytes)
            except (ValueError, KeyError):
                raise Unreachable(f"{self._address}: its side of the {mechanism} exchange is wrong") from None
