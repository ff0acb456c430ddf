"""Calls to AWS: by boto3 in threads, retried by it, and never in an account that the stack doesn't declare.

Retries: botocore's ``standard`` mode repeats throttling, 5xx and lost connections with growing pauses
(https://boto3.amazonaws.com/v1/documentation/api/latest/guide/retries.html). A call that may have been carried out
although nobody answered is safe to repeat, because what it makes has a name; what has none is made ``once``.
"""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import Credentials, SharedCredentialProvider
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004 - botocore's own
    HTTPClientError,
    NoCredentialsError,
    ParamValidationError,
)
from botocore.parsers import ResponseParserError

from infra.providers.failures import FailedError, refused
from infra.providers.levee.aws.connection import AwsConnection

PARALLEL: Final = 16
"""Calls under way at once: the width at which the engine asks, below the default rate of the slowest API used."""

ATTEMPTS: Final = 6
THROTTLED_SECONDS: Final = (1.0, 2.0, 4.0, 8.0)
"""Pauses before a throttled call that is sent ``once`` is sent again."""

CONNECT_SECONDS: Final = 5
READ_SECONDS: Final = 30

T = TypeVar("T")

_DENIED: Final = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"})
_EXPIRED: Final = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
_UNKNOWN_CALLER: Final = frozenset(
    {"InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "SignatureDoesNotMatch"}
)
_THROTTLED: Final = frozenset(
    {"Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded", "SlowDown"}
)


class AwsError(FailedError):
    """AWS answered a call with an error. ``code`` is its error code."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class Api:
    """The services of one account in one region.

    Its first call asks who is calling; where that isn't the declared account, every call is refused.
    """

    def __init__(self, connection: AwsConnection) -> None:
        self.connection = connection
        self._threads = ThreadPoolExecutor(PARALLEL, thread_name_prefix="aws")
        self._making = threading.Lock()
        self._session: boto3.Session | None = None
        self._clients: dict[tuple[str, int], Any] = {}
        self._identified: asyncio.Task[None] | None = None

    async def call(self, service: str, operation: str, **parameters: Any) -> Mapping[str, Any]:
        """Call an operation by boto3's name for it (``secretsmanager``, ``create_secret``) and return its answer.

        Raises AwsError for what AWS answers, FailedError where it can't be asked.
        """
        await self._identify()
        return await self._run(service, operation, lambda: getattr(self._client(service), operation)(**parameters))

    async def once(self, service: str, operation: str, **parameters: Any) -> Mapping[str, Any]:
        """As ``call``, and sent again only where it was throttled, so surely not carried out: for what has no name by
        which a repetition would be known.
        """
        await self._identify()

        def send() -> Mapping[str, Any]:
            answer: Mapping[str, Any] = getattr(self._client(service, attempts=1), operation)(**parameters)
            return answer

        for seconds in THROTTLED_SECONDS:
            try:
                return await self._run(service, operation, send)
            except AwsError as error:
                if error.code not in _THROTTLED:
                    raise
                await asyncio.sleep(seconds)
        return await self._run(service, operation, send)

    async def find(
        self, service: str, operation: str, absent: Sequence[str], **parameters: Any
    ) -> Mapping[str, Any] | None:
        """Call an operation that looks something up; None where AWS answers one of the error codes ``absent``."""
        try:
            return await self.call(service, operation, **parameters)
        except AwsError as error:
            if error.code in absent:
                return None
            raise

    async def pages(self, service: str, operation: str, result: str, **parameters: Any) -> list[Any]:
        """Call an operation page by page and return the whole list that its answers have under ``result``."""
        await self._identify()

        def read() -> list[Any]:
            paginator = self._client(service).get_paginator(operation)
            return [item for page in paginator.paginate(**parameters) for item in page.get(result, ())]

        return await self._run(service, operation, read)

    async def wait(self, service: str, waiter: str, **parameters: Any) -> None:
        """Wait, by boto3's waiter of that name, until something is as it should be. Raises FailedError."""
        await self._identify()
        await self._run(service, waiter, lambda: self._client(service).get_waiter(waiter).wait(**parameters))

    async def close(self) -> None:
        """Let go of the connections."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for client in self._clients.values():
            client.close()

    async def _identify(self) -> None:
        """Ask once who is calling. One task for all, so that a caller that leaves doesn't take it along."""
        if self._identified is None or (self._identified.done() and self._identified.exception() is not None):
            self._identified = asyncio.create_task(self._require_account())
        await asyncio.shield(self._identified)

    async def _require_account(self) -> None:
        answer = await self._run("sts", "get_caller_identity", lambda: self._client("sts").get_caller_identity())
        if answer["Account"] != self.connection.account:
            raise refused(
                "account",
                f"the AWS credentials are of account {answer['Account']} ({answer['Arn']}), the stack declares "
                f"{self.connection.account}; use credentials of the declared account, or correct account in stack.yaml",
            )

    async def _run(self, service: str, operation: str, work: Callable[[], T]) -> T:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, work)
        except (BotoCoreError, ClientError, ResponseParserError) as error:
            raise _failure(service, operation, error) from None

    def _client(self, service: str, attempts: int = ATTEMPTS) -> Any:
        with self._making:
            if (service, attempts) not in self._clients:
                self._session = self._session or _session(self.connection)
                self._clients[service, attempts] = self._session.client(
                    service,  # type: ignore[call-overload]
                    region_name=self.connection.region,
                    endpoint_url=self.connection.endpoint,
                    config=Config(
                        retries={"mode": "standard", "total_max_attempts": attempts},
                        connect_timeout=CONNECT_SECONDS,
                        read_timeout=READ_SECONDS,
                        max_pool_connections=PARALLEL,
                        ignore_configured_endpoint_urls=True,  # type: ignore[call-arg]  # nothing ambient redirects calls
                        s3={"addressing_style": "path"} if self.connection.endpoint else {},
                    ),
                )
            return self._clients[service, attempts]


def _session(connection: AwsConnection) -> boto3.Session:
    core = botocore.session.Session()
    if connection.credentials_file is not None:
        core._credentials = _credentials(connection.credentials_file)  # type: ignore[attr-defined]  # noqa: SLF001
    return boto3.Session(botocore_session=core, region_name=connection.region)


def _credentials(file: str) -> Credentials:
    try:
        found = SharedCredentialProvider(file, "default").load()
    except BotoCoreError:
        found = None
    if found is None:
        raise FailedError(
            f"{file} holds no AWS credentials under [default]; for the local stack run `levee local up --aws`"
        )
    return found


def _failure(service: str, operation: str, error: BotoCoreError | ClientError | ResponseParserError) -> FailedError:
    """Say what happened, and what to do, without any parameter's value."""
    called = f"AWS {service}:{operation}"
    match error:
        case ClientError():
            details = error.response.get("Error", {})
            code = str(details.get("Code", "unknown error"))
            metadata = error.response.get("ResponseMetadata", {})
            request = metadata.get("RequestId", "unknown")
            text = str(details.get("Message", "")).rstrip(".") or "no message"
            return AwsError(f"{called} was answered {code} (request {request}): {text}{_advice(code, called)}", code)
        case NoCredentialsError():
            return FailedError(f"{called}: no AWS credentials were found; sign in, then run again")
        case ParamValidationError():  # its own text quotes values
            return FailedError(f"{called} was given a parameter that boto3 refuses; nothing was sent")
        case ResponseParserError():  # its own text quotes all of the answer
            return FailedError(f"{called} was answered by something that isn't AWS; check aws.endpoint and proxies")
        case HTTPClientError() | ConnectionError():
            return FailedError(
                f"{called} was not answered ({type(error).__name__}) and may have been carried out; run again: what it "
                "made is found and not made twice"
            )
        case _:
            return FailedError(f"{called} failed: {type(error).__name__}: {error}")


def _advice(code: str, called: str) -> str:
    if code in _DENIED:
        return f"; let the caller do {called.removeprefix('AWS ')}, or use credentials that may"
    if code in _EXPIRED:
        return "; renew the credentials and run again: what was made so far is found"
    if code in _UNKNOWN_CALLER:
        return "; the credentials are of nobody in this partition: sign in again"
    if code in _THROTTLED:
        return f"; {ATTEMPTS} attempts were throttled: run again later, what was made so far is found"
    return ""
