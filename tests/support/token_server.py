"""Who issues and verifies tokens in tests: an OIDC provider and IBM's IAM over TLS, and AWS's IAM for a broker."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import ssl
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, quote, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from levee.clock import SYSTEM_CLOCK

AUDIENCE = "kafka"


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class TokenServer:
    """An OIDC provider with one client. `seconds` is how long its tokens hold, `issued` counts them."""

    client_id: str
    client_secret: str
    url: str = ""
    seconds: int = 300
    issued: int = 0
    forms: list[dict[str, str]] = field(default_factory=list)
    api_keys: dict[str, str] = field(default_factory=dict)
    """API keys of IBM Cloud, with the `iam_id` of each."""
    ended: int = 0
    """How many of the next tokens have ended when they are issued, and say that they haven't."""
    aws_keys: dict[str, str] = field(default_factory=dict)
    """Access keys with their secrets, whose signatures hold."""
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    @property
    def token_url(self) -> str:
        return f"{self.url}/token"

    @property
    def ibm_url(self) -> str:
        return f"{self.url}/identity/token"

    @property
    def jwks_url(self) -> str:
        return f"{self.url}/jwks"

    @property
    def ibm_keys_url(self) -> str:
        return f"{self.url}/identity/keys"

    def jwks(self) -> dict[str, object]:
        numbers = self.key.public_key().public_numbers()
        n, e = (b64(n.to_bytes((n.bit_length() + 7) // 8, "big")) for n in (numbers.n, numbers.e))
        return {"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "1", "n": n, "e": e}]}

    def token(self, **claims: str) -> str:
        self.issued += 1
        self.ended, has_ended = max(0, self.ended - 1), self.ended > 0
        now = SYSTEM_CLOCK.milliseconds() // 1000 - (3600 if has_ended else 0)
        life = {"iat": now, "exp": now + self.seconds, "jti": str(self.issued)}
        parts = [{"alg": "RS256", "typ": "JWT", "kid": "1"}, {**claims, **life}]
        signed = ".".join(b64(json.dumps(part).encode()) for part in parts)
        return f"{signed}.{b64(self.key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"

    def ibm_answer(self, body: str) -> tuple[int, dict[str, object]]:
        """What IAM answers to an API key: its tokens name an `iam_id`, and no audience."""
        form = {name: values[0] for name, values in parse_qs(body).items()}
        self.forms.append(form)
        iam_id = self.api_keys.get(form.get("apikey", ""))
        if form.get("grant_type") != "urn:ibm:params:oauth:grant-type:apikey" or iam_id is None:
            return 400, {"errorCode": "BXNIM0415E", "errorMessage": "Provided API key could not be found."}
        issuer = f"{self.url}/identity"
        token = self.token(iss=issuer, sub=iam_id.removeprefix("iam-"), iam_id=iam_id, scope="ibm openid")
        expires = {"expires_in": self.seconds, "expiration": SYSTEM_CLOCK.milliseconds() // 1000 + self.seconds}
        return 200, {"access_token": token, "refresh_token": "not_supported", "token_type": "Bearer", **expires}

    def answer(self, authorization: str, body: str) -> tuple[int, dict[str, object]]:
        """What the token endpoint answers to a client."""
        form = {name: values[0] for name, values in parse_qs(body).items()}
        self.forms.append(form)
        expected = base64.b64encode(f"{self.client_id}:{quote(self.client_secret, safe='')}".encode()).decode()
        if authorization != f"Basic {expected}":
            return 401, {"error": "invalid_client"}
        if form.get("grant_type") != "client_credentials":
            return 400, {"error": "unsupported_grant_type"}
        return 200, {
            "access_token": self.token(sub=self.client_id, iss=self.url, aud=AUDIENCE, scope="kafka"),
            "token_type": "Bearer",
            "expires_in": self.seconds,
        }

    def signer_of(self, token: str) -> str | None:
        """The access key that signed a token of Amazon MSK's, and when it ends; None for a signature that is wrong.

        https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
        """
        url = urlsplit(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode())
        query = dict(parse_qsl(url.query))
        signature = query.pop("X-Amz-Signature")
        query.pop("User-Agent", None)  # added after signing
        access_key, *scope = query["X-Amz-Credential"].split("/")
        date, region, service, end = scope
        if query["Action"] != "kafka-cluster:Connect" or service != "kafka-cluster":
            return None
        canonical = "&".join(f"{quote(k, safe='~')}={quote(v, safe='~')}" for k, v in sorted(query.items()))
        request = f"GET\n/\n{canonical}\nhost:{url.netloc}\n\nhost\n{hashlib.sha256(b'').hexdigest()}"
        moment = query["X-Amz-Date"]
        digest = hashlib.sha256(request.encode()).hexdigest()
        key = f"AWS4{self.aws_keys.get(access_key, '')}".encode()
        for part in (date, region, service, end, f"AWS4-HMAC-SHA256\n{moment}\n{'/'.join(scope)}\n{digest}"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        if access_key not in self.aws_keys or not hmac.compare_digest(key.hex(), signature):
            return None
        until = datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp() + int(
            query["X-Amz-Expires"]
        )
        return f"{access_key} {int(until * 1000)}"


@contextmanager
def token_server(client_id: str, client_secret: str, certificate: Path | None) -> Iterator[TokenServer]:
    """A running server; `certificate` is a PEM file with its key, None: without TLS."""
    provider = TokenServer(client_id, client_secret)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if self.path == "/identity/token":
                status, answer = provider.ibm_answer(body)
            else:
                status, answer = provider.answer(self.headers["Authorization"], body)
            self.reply(status, json.dumps(answer))

        def do_GET(self) -> None:
            if self.path in {"/jwks", "/identity/keys"}:
                self.reply(200, json.dumps(provider.jwks()))
                return
            signer = provider.signer_of(self.path.removeprefix("/iam/"))
            self.reply(200 if signer else 403, signer or "")

        def reply(self, status: int, text: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            if self.path == "/identity/token":
                self.send_header("Transaction-Id", f"cGI3bGc-{uuid.uuid4().hex}")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    provider.url = f"http{'s' if certificate else ''}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
