"""How IBM's services are called: by a server of a few scripted answers."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest

from levee.clock import SYSTEM_CLOCK
from levee_infra.providers.protocol.failures import FailedError, RefusedError
from levee_infra.targets.ibm.api import Api, IbmError, Patience, Request, UnansweredError
from levee_infra.targets.ibm.connection import IbmConnection, Service

ACCOUNT = "3516b8fa0a174a71899f5affa4f18d78"
KEY = "an-api-key-that-nobody-may-see-1234567890"
AT_ONCE = Patience(connect=2.0, read=2.0, pauses=(0.0, 0.0), longest=0.0)


@dataclass
class Script:
    """What the server answers, in order, to all but the requests for tokens; and what it was asked."""

    answers: list[tuple[int, Any, dict[str, str]]] = field(default_factory=list)
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    tokens: int = 0
    account: str = ACCOUNT
    url: str = ""

    def token(self) -> bytes:
        self.tokens += 1
        now = SYSTEM_CLOCK.milliseconds() // 1000
        claims = {"iam_id": "iam-ServiceId-1", "account": {"bss": self.account}, "iat": now, "exp": now + 3600}
        token = jwt.encode({**claims, "jti": str(self.tokens)}, "s" * 32)
        return json.dumps({"access_token": token, "expires_in": 3600, "expiration": now + 3600}).encode()


@pytest.fixture
def script() -> Iterator[Script]:
    found = Script()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            self._answer()

        do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - http.server's names

        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.path == "/identity/token":
                self._send(200, found.token(), {})
                return
            found.asked.append((self.command, self.path, dict(self.headers)))
            status, body, headers = found.answers.pop(0)
            if status == 0:  # the answer is lost
                self.close_connection = True
                self.connection.close()
                return
            self._send(status, body if isinstance(body, bytes) else json.dumps(body).encode(), headers)

        def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found.url = f"http://127.0.0.1:{server.server_port}"
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture
def api(script: Script, monkeypatch: pytest.MonkeyPatch) -> Api:
    monkeypatch.setenv("IBMCLOUD_API_KEY", KEY)
    endpoints = dict.fromkeys(Service, script.url)
    return Api(IbmConnection(ACCOUNT, "eu-de", endpoints={k.value: v for k, v in endpoints.items()}), AT_ONCE)


def request(method: str = "GET", **rest: Any) -> Request:
    return Request(method=method, service=Service.IAM, path="/v2/policies", **rest)


async def test_a_withdrawn_token_is_renewed_once(script: Script, api: Api) -> None:
    script.answers = [(401, {}, {}), (200, {"a": 1}, {"ETag": "7"})]
    answer = await api.send(request())
    assert (answer.body, answer.etag, script.tokens) == ({"a": 1}, "7", 2)
    first, second = (headers["Authorization"] for _, _, headers in script.asked)
    assert first != second
    script.answers = [(401, {}, {}), (401, {}, {})]
    with pytest.raises(IbmError, match="401"):
        await api.send(request())


@pytest.mark.parametrize("answer", [(503, {}, {}), (500, {}, {}), (0, None, {})])
async def test_what_makes_something_is_sent_once(script: Script, api: Api, answer: Any) -> None:
    script.answers = [answer, (200, {}, {})]
    with pytest.raises(FailedError):
        await api.send(request("POST", body={}))
    assert len(script.asked) == 1


@pytest.mark.parametrize("answer", [(503, {}, {}), (429, {}, {"Retry-After": "0"}), (0, None, {})])
async def test_what_may_be_repeated_is(script: Script, api: Api, answer: Any) -> None:
    script.answers = [answer, (200, {"ok": True}, {})]
    assert (await api.send(request())).body == {"ok": True}


async def test_a_throttled_creation_was_not_carried_out(script: Script, api: Api) -> None:
    script.answers = [(429, {}, {}), (201, {"id": "1"}, {})]
    assert (await api.send(request("POST", body={}))).status == 201


async def test_a_lost_answer_is_known_as_one(script: Script, api: Api) -> None:
    script.answers = [(0, None, {})]
    with pytest.raises(UnansweredError, match="may have been carried out"):
        await api.send(request("POST", body={}))


@pytest.mark.parametrize(
    ("body", "headers", "words"),
    [
        (
            {"errors": [{"code": "policy_conflict_error", "message": "taken"}], "trace": "t1", "status_code": 409},
            {},
            "policy_conflict_error, transaction t1): taken",
        ),
        (
            {"error_code": 42237, "message": "too many", "incident_id": "i1"},
            {},
            "42237, transaction i1): too many",
        ),
        ({"errorCode": "BXNIM0415E", "errorMessage": "no key"}, {"Transaction-Id": "x1"}, "BXNIM0415E, transaction x1"),
        ([], {"X-Global-Transaction-Id": "g1"}, "unknown, transaction g1): no message"),
        (b"<html>", {}, "unknown, transaction unknown"),
    ],
)
async def test_errors_say_ibms_code_and_trace(
    script: Script, api: Api, body: Any, headers: dict[str, str], words: str
) -> None:
    script.answers = [(409, body, headers)]
    with pytest.raises(IbmError) as raised:
        await api.send(request())
    assert words in str(raised.value)


async def test_words_about_a_key_are_withheld(script: Script, api: Api) -> None:
    script.answers = [(400, {"errors": [{"code": "bad", "message": f"the key {KEY} is short"}]}, {})]
    with pytest.raises(IbmError) as raised:
        await api.send(request("POST", body={"apikey": KEY}, withheld=True))
    assert KEY not in str(raised.value)
    assert KEY not in repr(request("POST", body={"apikey": KEY}))


async def test_a_key_of_another_account_is_refused(script: Script, api: Api) -> None:
    script.account = "0" * 32
    with pytest.raises(RefusedError, match="of account 0000"):
        await api.send(request())
    assert script.asked == []


@pytest.mark.parametrize("following", [{"href": "http://evil.example/x?start=2&limit=1"}, "/v2/policies?start=2"])
async def test_the_next_page_is_asked_of_the_same_server(script: Script, api: Api, following: Any) -> None:
    script.answers = [(200, {"policies": [1], "next": following}, {}), (200, {"policies": [2]}, {})]
    assert await api.pages(request(query={"limit": 1}), "policies") == [1, 2]
    assert "start=2" in script.asked[1][1]


async def test_a_page_that_names_itself_ends(script: Script, api: Api) -> None:
    again = {"policies": [1], "next": {"href": "/v2/policies?start=2"}}
    script.answers = [(200, again, {}), (200, again, {})]
    assert await asyncio.wait_for(api.pages(request(), "policies"), 5) == [1, 1]


@pytest.mark.parametrize("body", [{}, [], {"policies": None}, {"policies": {}}])
async def test_a_list_that_is_missing_is_no_empty_one(script: Script, api: Api, body: Any) -> None:
    script.answers = [(200, body, {})]
    with pytest.raises(FailedError, match="without a list"):
        await api.pages(request(), "policies")


async def test_what_is_not_there_is_none(script: Script, api: Api) -> None:
    script.answers = [(404, {}, {}), (403, {}, {})]
    assert await api.find(request()) is None
    with pytest.raises(IbmError):
        await api.find(request())


async def test_a_redirect_is_not_followed(script: Script, api: Api) -> None:
    script.answers = [(302, {}, {"Location": "http://127.0.0.1:1/"})]
    with pytest.raises(IbmError, match="302"):
        await api.send(request())


@pytest.mark.parametrize("key", ["", "two words", "new\nline", "\u2019"])
async def test_no_key_that_a_header_cannot_hold(api: Api, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("IBMCLOUD_API_KEY", key)
    with pytest.raises(FailedError, match="holds no IBM Cloud API key"):
        await api.send(request())
