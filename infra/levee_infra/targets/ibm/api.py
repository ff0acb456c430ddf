"""Calls to IBM Cloud's services: HTTP in threads, never in an account that the stack doesn't declare.

The retries of IBM's own SDK repeat a POST as well and so make things twice. Here a request that makes something is
sent again only where it was throttled, so surely not carried out. Source: `BaseService.enable_retries` of
https://github.com/IBM/python-sdk-core.
"""

import asyncio
import json
import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

import urllib3
from urllib3.exceptions import HTTPError, SSLError

from levee_infra.providers.protocol.failures import FailedError
from levee_infra.targets.ibm.connection import IbmConnection, Service
from levee_infra.targets.ibm.error_words import ErrorWords, error_words
from levee_infra.targets.ibm.login import Login

PARALLEL: Final = 8
"""Calls under way at once: Event Streams takes 10 requests a second on its Standard plan."""

LARGEST_ANSWER: Final = 32 * 1024 * 1024
"""Bytes."""

MOST_PAGES: Final = 10_000

T = TypeVar("T")

_LOG: Final = logging.getLogger(__name__)
_UNAUTHENTICATED: Final = 401
_THROTTLED: Final = 429
_UNAVAILABLE: Final = frozenset({500, 502, 503, 504})
_ABSENT: Final = frozenset({404, 410})
_NEXT: Final = ("next", "next_url")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a try may take, the pauses before the next ones, and the longest ``Retry-After`` obeyed; in seconds."""

    connect: float = 5.0
    read: float = 60.0
    pauses: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 16.0)
    longest: float = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What IBM answered. `body` is its JSON, None where there is none; `etag` names the revision for ``If-Match``."""

    status: int
    body: Any = field(repr=False)
    etag: str = ""


class IbmError(FailedError):
    """IBM answered with an error: its HTTP `status`, its words, and the `seconds` that it asks to wait for."""

    def __init__(self, message: str, status: int, words: ErrorWords, seconds: float) -> None:
        super().__init__(message)
        self.status, self.words, self.seconds = status, words, seconds

    @property
    def is_denied(self) -> bool:
        """Whether the caller may not do this, whatever else it may."""
        return self.status in (401, 403)


class UnansweredError(FailedError):
    """Nobody answered: the request may have been carried out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request to a global service, or to an instance's own URL.

    `etag` is the revision that a replacement replaces. `withheld`: IBM's words about it may quote a secret.
    """

    method: str
    service: Service | str
    path: str
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = field(default=None, repr=False)
    etag: str | None = None
    withheld: bool = False

    def __str__(self) -> str:
        return f"IBM {self.method} {self.path}"

    @property
    def can_repeat(self) -> bool:
        """Whether twice is as good as once."""
        return self.method != "POST"


class Api:
    """The services of one account. The first call gets a token; one of another account is refused."""

    def __init__(self, connection: IbmConnection, patience: Patience = Patience()) -> None:
        self.connection = connection
        self._patience = patience
        self._login = Login(connection)
        self._threads = ThreadPoolExecutor(PARALLEL, thread_name_prefix="ibm")
        timeout = urllib3.Timeout(connect=patience.connect, read=patience.read)
        self._pools = urllib3.PoolManager(maxsize=PARALLEL, retries=False, timeout=timeout)

    async def send(self, request: Request) -> Answer:
        """Send a request, and send it again where that is safe and of use.

        Raises IbmError for what IBM answers, UnansweredError where nobody does, FailedError where nobody can be asked,
        RefusedError for credentials of another account.
        """
        _LOG.debug("ibm: %s %s", request.method, request.path)
        return await self._in_thread(lambda: self._sent(request))

    async def send_unique(self, request: Request) -> Answer:
        """As `send`, once more where nobody answers: for what IBM makes no second of, but names the first."""
        try:
            return await self.send(request)
        except UnansweredError:
            return await self.send(request)

    async def find(self, request: Request) -> Answer | None:
        """As `send`; None where there is no such thing."""
        try:
            return await self.send(request)
        except IbmError as error:
            if error.status in _ABSENT:
                return None
            raise

    async def pages(self, request: Request, key: str) -> list[Any]:
        """The whole list that answers have under `key`, page by page.

        Of the next page's address only the query counts, so that no answer sends the token elsewhere.
        """
        found: list[Any] = []
        query = dict(request.query)
        for _ in range(MOST_PAGES):
            body = (await self.send(replace(request, query=query))).body
            if not isinstance(body, Mapping) or not isinstance(body.get(key), list):
                raise FailedError(f"{request} was answered without a list of {key}")
            found += body[key]
            following = _next_query(body)
            if not following or following.items() <= query.items():
                return found
            query |= following
        raise FailedError(f"{request} has more than {MOST_PAGES:,} pages")

    async def close(self) -> None:
        """Let go of the connections."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._pools.clear()

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _sent(self, request: Request) -> Answer:
        pauses = iter(self._patience.pauses)
        renewed = False
        while True:
            token = self._login.token()
            failure: FailedError
            try:
                return self._try(request, token)
            except IbmError as error:
                if error.status == _UNAUTHENTICATED and not renewed:
                    renewed = True
                    self._login.forget(token)
                    continue
                may_repeat = error.status == _THROTTLED or (request.can_repeat and error.status in _UNAVAILABLE)
                failure, asked = error, error.seconds
            except UnansweredError as error:
                may_repeat, failure, asked = request.can_repeat, error, 0.0
            pause = next(pauses, None) if may_repeat else None
            if pause is None:
                raise failure
            time.sleep(min(max(pause, asked), self._patience.longest))

    def _try(self, request: Request, token: str) -> Answer:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        if request.etag is not None:
            headers["If-Match"] = request.etag
        url = self.connection.url(request.service) + request.path
        if request.query:
            url += f"?{urlencode(request.query)}"
        try:
            response = self._pools.request(
                request.method, url, json=request.body, headers=headers, redirect=False, preload_content=False
            )
            content = response.read(LARGEST_ANSWER + 1, decode_content=True)
        except (HTTPError, OSError) as error:
            raise _unanswered(request, error) from None
        if len(content) > LARGEST_ANSWER:
            response.close()
            raise FailedError(f"{request} was answered with more than {LARGEST_ANSWER:,} bytes")
        response.release_conn()
        if 200 <= response.status < 300:
            return Answer(response.status, _json(request, content), response.headers.get("ETag", ""))
        raise _refusal(request, response, content)


def _next_query(body: Mapping[str, Any]) -> dict[str, str]:
    """What to ask for the next page: ``next`` is its address, or holds it as ``href``."""
    following = next((body[name] for name in _NEXT if body.get(name)), "")
    address = following.get("href", "") if isinstance(following, Mapping) else following
    return dict(parse_qsl(urlsplit(str(address)).query))


def _json(request: Request, content: bytes) -> Any:
    try:
        return json.loads(content) if content else None
    except (ValueError, RecursionError):
        raise FailedError(f"{request} was answered by something that isn't IBM's API; check ibm.endpoints") from None


def _unanswered(request: Request, error: Exception) -> FailedError:
    kind = type(error).__name__
    if isinstance(error, SSLError):
        return FailedError(f"{request} was not sent: the server's certificate can't be verified")
    if request.can_repeat:
        return UnansweredError(f"{request} was not answered ({kind}); check the network and ibm.endpoints")
    return UnansweredError(
        f"{request} was not answered ({kind}) and may have been carried out; run again: what it made is found"
    )


def _refusal(request: Request, response: urllib3.BaseHTTPResponse, content: bytes) -> IbmError:
    words = error_words(response.headers, content)
    text = "its message is withheld, for it may quote a secret" if request.withheld else words.message or "no message"
    message = f"{request} was answered {response.status} ({words}): {text}{_advice(response.status)}"
    asked = response.headers.get("Retry-After", "")
    seconds = float(asked) if asked.isdecimal() and asked.isascii() else 0.0
    return IbmError(message, response.status, words, seconds)


def _advice(status: int) -> str:
    match status:
        case 401:
            return "; the API key is of nobody, or not of this account"
        case 403:
            return "; let the caller do that, or use a key of somebody who may"
        case 429:
            return "; every attempt was throttled: run again later, what was made so far is found"
    return ""
