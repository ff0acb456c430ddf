"""The process's HTTP side: reads a request, plays the faults that are due, and lets the service answer."""

from __future__ import annotations

import json
import ssl
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from levee_infra.local.ibm import recording, roles
from levee_infra.local.ibm.account import Caller, Fake
from levee_infra.local.ibm.cloud_logs import INGESTION, STREAMS
from levee_infra.local.ibm.control import CONTROL
from levee_infra.local.ibm.event_streams import TOPICS
from levee_infra.local.ibm.identity import IDENTITIES, TOKENS
from levee_infra.local.ibm.policies import POLICIES
from levee_infra.local.ibm.resource_controller import INSTANCES
from levee_infra.local.ibm.routing import Answer, Call, Refused, Route, Service, query_of
from levee_infra.local.ibm.secrets_manager import SECRETS
from levee_infra.local.private_file import make_private_folder

__all__ = ["LARGEST_BODY", "SERVICES", "Server", "answer_to", "roles"]

SERVICES = (TOKENS, IDENTITIES, POLICIES, INSTANCES, STREAMS, INGESTION, TOPICS, SECRETS, CONTROL)
LARGEST_BODY = 4 * 1024 * 1024
REQUESTS = "requests.jsonl"


def answer_to(call: Call, service: Service, route: Route | None) -> Answer | None:
    """What the service answers; None where the connection closes without."""
    fake = call.fake
    if fault := fake.take("status", service.name, call.method, call.path):
        headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after else {}
        return _refusal(service, Refused(service.bad_request, "a fault was asked for", status=fault.status), headers)
    if route is None:
        return Answer(404, {"message": f"no {call.method} {call.path}"})
    fake.store.take_added()
    try:
        _authenticate(call, service, route)
        _read_body(call, service)
        call.sees_nothing = route.is_list and fake.take("empty", service.name, call.method, call.path) is not None
        answer = route.handler(call)
    except Refused as refused:
        return _refusal(service, refused, {})
    except (AttributeError, KeyError, TypeError, ValueError) as error:  # handlers change nothing before they have read
        return _refusal(service, Refused(service.bad_request, f"the body can't be read: {error!r}"), {})
    if service is not CONTROL and call.method != "GET":
        added = fake.store.take_added()
        if added and (fault := fake.take("unseen", service.name, call.method, call.path)):
            added[-1].unseen, added[-1].unlisted = fault.reads, fault.lists
        if fake.take("lost", service.name, call.method, call.path):
            return None
    return answer


def _authenticate(call: Call, service: Service, route: Route) -> None:
    if route.is_open:
        return
    caller = call.fake.caller_of(call.headers.get("authorization", ""))
    if call.fake.take("unauthenticated", service.name, call.method, call.path):
        caller = None
    if caller is None and route.is_list and "lists-before-auth" in call.fake.mutants:
        instance = call.fake.instance(call.instance)
        account = instance.value["account_id"] if instance else call.query.get("account_id", "")
        caller = Caller("nobody", account, is_owner=True)
    if caller is None:
        raise Refused(service.unauthenticated, "the token doesn't hold")
    call.caller = caller


def _read_body(call: Call, service: Service) -> None:
    """JSON, where the request has some; an object, or for ingestion a list."""
    if not call.raw or service is TOKENS:
        return
    try:
        call.body = json.loads(call.raw)
    except (ValueError, RecursionError):
        raise Refused(service.bad_request, "the body isn't JSON") from None
    if not isinstance(call.body, dict) and service is not INGESTION:
        raise Refused(service.bad_request, "the body isn't an object")


def _refusal(service: Service, refused: Refused, headers: dict[str, str]) -> Answer:
    status = refused.status or service.refusals[refused.code][0]
    trace = uuid.uuid4().hex
    return Answer(status, service.error(refused, status, trace), {service.trace_header: trace, **headers})


class Server(ThreadingHTTPServer):
    """All services on one port of loopback; with `certificate`, a PEM file that holds its key too, over TLS."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, fake: Fake, host: str, port: int, certificate: Path | None = None) -> None:
        super().__init__((host, port), Handler)
        make_private_folder(fake.directory)
        self.fake = fake
        fake.url = f"http{'s' if certificate else ''}://{host}:{self.server_port}"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60
    server: Server

    def handle_any(self) -> None:
        """Any method."""
        size = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not size.isdecimal() or int(size) > LARGEST_BODY:
            self.close_connection = True
            self._send(Answer(413, {"message": "the body is too large, or has no length"}))
            return
        raw = self.rfile.read(int(size))
        fake = self.server.fake
        with fake.lock:
            call, service, route = self._call(raw)
            answer = answer_to(call, service, route)
            if service is not CONTROL:
                recording.append(fake.directory / REQUESTS, recording.line_of(call, service.name, answer))
        if answer is None:
            self.close_connection = True
        else:
            self._send(answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815 - http.server's names

    def _call(self, raw: bytes) -> tuple[Call, Service, Route | None]:
        url = urlsplit(self.path)
        name, _, rest = url.path.removeprefix("/").partition("/")
        named = [service for service in SERVICES if service.name == name] or [CONTROL]
        instance = ""
        if named[0].has_instances:
            instance, _, rest = rest.partition("/")
        path = f"/{rest}"
        base = f"{self.server.fake.url}/{name}" + (f"/{instance}" if instance else "")
        headers = {key.lower(): value for key, value in self.headers.items()}
        call = Call(self.server.fake, self.command, path, instance, query_of(url.query), headers, raw, base)
        for service in named:
            if (found := service.find(self.command, path)) is not None:
                call.params = found[1]
                return call, service, found[0]
        return call, named[0], None

    def _send(self, answer: Answer) -> None:
        data = b"" if answer.body is None else json.dumps(answer.body).encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if data:
            self.send_header("Content-Type", "application/json")
        if answer.status != 204:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Nothing: `requests.jsonl` has it."""
