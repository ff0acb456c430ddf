"""Calls to AWS: by boto3 in threads, retried by it, and never in an account that the stack doesn't declare.

Retries: botocore's ``standard`` mode repeats throttling, 5xx and lost connections with growing pauses
(https://boto3.amazonaws.com/v1/documentation/api/latest/guide/retries.html). A call that may have been carried out
although nobody answered is safe to repeat, because what it makes has a name; what has none is made ``once``.
"""

import asyncio
import configparser
import logging
import stat
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import boto3
import botocore.loaders
import botocore.session
from botocore.config import Config
from botocore.credentials import Credentials, SharedCredentialProvider
from botocore.exceptions import (
    BotoCoreError,
    ChecksumError,
    ClientError,
    ConnectionError,  # noqa: A004 - botocore's own
    CredentialRetrievalError,
    HTTPClientError,
    IncompleteReadError,
    LoginError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    SSOError,
    TokenRetrievalError,
    WaiterError,
)
from botocore.parsers import ResponseParserError

from levee.loading.plain_file import MIB, UnreadableError, read_plain_text
from levee_infra.providers.protocol.failures import FailedError, refused
from levee_infra.targets.aws.connection import AwsConnection

PARALLEL: Final = 16
"""Calls under way at once: the width at which the engine asks, below the default rate of the slowest API used."""

LOADER: Final = botocore.loaders.create_loader()
"""Reads the services' models, each once for all sessions of the process: 0.2 s for those used here."""

SENSITIVE: Final = frozenset({"SecretString", "SecretBinary"})
"""Parameters that AWS's own words about a call may quote."""

LARGEST_CREDENTIALS: Final = MIB
"""Bytes of a credentials file."""

LONGEST_MESSAGE: Final = 500
"""Characters of AWS's own words."""

T = TypeVar("T")

_LOG: Final = logging.getLogger(__name__)
_DENIED: Final = frozenset(
    {
        *("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"),
        *("ForbiddenException", "UnauthorizedException"),  # MSK's
    }
)
_EXPIRED: Final = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
_UNKNOWN_CALLER: Final = frozenset(
    {
        *("InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId"),
        *("SignatureDoesNotMatch", "InvalidSignatureException"),
    }
)
_THROTTLED: Final = frozenset(
    {"Throttling", "ThrottlingException", "TooManyRequestsException", "RequestLimitExceeded", "SlowDown"}
)


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a call is tried, how long each try may take, and the pauses before one that is sent ``once`` and was
    throttled is sent again; in seconds.
    """

    attempts: int = 6
    connect: float = 5.0
    read: float = 30.0
    throttled: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0)


class AwsError(FailedError):
    """AWS answered a call with an error. ``code`` is its error code."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code

    @property
    def is_denied(self) -> bool:
        """Whether the caller may not do this, whatever else it may."""
        return self.code in _DENIED


class Api:
    """The services of one account in one region.

    Its first call asks who is calling; where that isn't the declared account, every call is refused.
    """

    def __init__(self, connection: AwsConnection, patience: Patience = Patience()) -> None:
        self.connection = connection
        self._patience = patience
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

        def send() -> Mapping[str, Any]:
            answer: Mapping[str, Any] = getattr(self._client(service), operation)(**parameters)
            return answer

        return await self._run(service, operation, send, withheld=bool(parameters.keys() & SENSITIVE))

    async def once(self, service: str, operation: str, **parameters: Any) -> Mapping[str, Any]:
        """As ``call``, and sent again only where it was throttled, so surely not carried out: for what has no name by
        which a repetition would be known.
        """
        await self._identify()

        def send() -> Mapping[str, Any]:
            answer: Mapping[str, Any] = getattr(self._client(service, attempts=1), operation)(**parameters)
            return answer

        for seconds in self._patience.throttled:
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
        with self._making:  # a call that is under way may still make one
            clients, self._clients = self._clients, {}
        for client in clients.values():
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

    async def _run(self, service: str, operation: str, work: Callable[[], T], *, withheld: bool = False) -> T:
        _LOG.debug("aws: %s %s", service, operation)
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, work)
        except (BotoCoreError, ClientError, ResponseParserError) as error:
            raise _failure(f"AWS {service}:{operation}", error, withheld=withheld) from None

    def _client(self, service: str, attempts: int | None = None) -> Any:
        attempts = attempts or self._patience.attempts
        with self._making:
            if (service, attempts) not in self._clients:
                self._session = self._session or _session(self.connection)
                self._clients[service, attempts] = self._session.client(
                    service,  # type: ignore[call-overload]
                    region_name=self.connection.region,
                    endpoint_url=self.connection.endpoint,
                    config=Config(
                        retries={"mode": "standard", "total_max_attempts": attempts},
                        connect_timeout=self._patience.connect,
                        read_timeout=self._patience.read,
                        max_pool_connections=PARALLEL,
                        ignore_configured_endpoint_urls=True,  # type: ignore[call-arg]  # nothing ambient redirects calls
                        s3={"addressing_style": "path"} if self.connection.endpoint else {},
                    ),
                )
            return self._clients[service, attempts]


def _session(connection: AwsConnection) -> boto3.Session:
    core = botocore.session.Session()
    core.register_component("data_loader", LOADER)
    if connection.credentials_file is not None:
        found = _credentials(connection.credentials_file)
        core.set_credentials(found.access_key, found.secret_key, found.token)
    return boto3.Session(botocore_session=core, region_name=connection.region)


def _credentials(file: str) -> Credentials:
    """Read the credentials of a file that nobody else can read."""
    try:
        text = read_plain_text(Path(file), LARGEST_CREDENTIALS)
        if Path(file).stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise FailedError(f"{file} can be read by others; run: chmod 600 {file}")
        found = SharedCredentialProvider(file, "default", ini_parser=lambda _: _profiles(text)).load()
    except UnreadableError as error:
        raise FailedError(
            f"{file} holds no AWS credentials ({error.message}); for the local stack run `levee local up --aws`"
        ) from None
    except (OSError, BotoCoreError, configparser.Error, ValueError):
        found = None
    # A key that no header can hold would be quoted by who builds the request.
    if found is None or not f"{found.access_key}{found.secret_key}{found.token or ''}".isprintable():
        raise FailedError(
            f"{file} holds no AWS credentials under [default]; for the local stack run `levee local up --aws`"
        )
    return found


def _profiles(text: str) -> dict[str, dict[str, str]]:
    """The profiles as botocore's own ``raw_config_parse`` reads them, of a text that is read already."""
    parser = configparser.RawConfigParser()
    parser.read_string(text)
    return {name: dict(parser.items(name)) for name in parser.sections()}


def _failure(called: str, error: Exception, *, withheld: bool) -> FailedError:
    """Say what happened, and what to do, without any parameter's value. ``withheld``: AWS's own words may quote one."""
    if isinstance(error, ClientError):
        return _answered(called, error, withheld=withheld)
    kind = type(error).__name__
    match error:
        case NoCredentialsError():
            text = "was not sent: no AWS credentials were found; sign in, then run again"
        case PartialCredentialsError() | CredentialRetrievalError() | TokenRetrievalError() | SSOError() | LoginError():
            text = f"was not sent: the AWS credentials can't be used ({kind}); sign in anew, then run again"
        case ParamValidationError():  # its own text quotes values
            text = "was given a parameter that boto3 refuses; nothing was sent"
        case ResponseParserError():  # its own text quotes all of the answer
            text = "was answered by something that isn't AWS; check aws.endpoint and proxies"
        case ConnectionError() | HTTPClientError() | IncompleteReadError() | ChecksumError():
            # A ConnectionError, too: an attempt before the last may have arrived.
            text = (
                f"was not answered ({kind}) and may have been carried out; check aws.endpoint and the network, then "
                "run again: what it made is found and not made twice"
            )
        case WaiterError():
            text = f"failed: {error}; run again: what was made so far is found"
        case _:  # its own text may quote anything
            text = f"failed in boto3 ({kind}); try `aws sts get-caller-identity`, which says why"
    return FailedError(f"{called} {text}")


def _answered(called: str, error: ClientError, *, withheld: bool) -> AwsError:
    details = error.response.get("Error", {})
    code = str(details.get("Code", "unknown error"))
    request = error.response.get("ResponseMetadata", {}).get("RequestId", "unknown")
    words = " ".join(str(details.get("Message", "")).split())[:LONGEST_MESSAGE].rstrip(".")
    text = "its message is withheld, for it may quote a secret" if withheld else words or "no message"
    return AwsError(f"{called} was answered {code} (request {request}): {text}{_advice(code, called)}", code)


def _advice(code: str, called: str) -> str:
    if code in _DENIED:
        return f"; let the caller do {called.removeprefix('AWS ')}, or use credentials that may"
    if code in _EXPIRED:
        return "; renew the credentials and run again: what was made so far is found"
    if code in _UNKNOWN_CALLER:
        return "; the credentials are of nobody in this partition, or its account hasn't opted in to the region"
    if code in _THROTTLED:
        return "; every attempt was throttled: run again later, what was made so far is found"
    return ""
