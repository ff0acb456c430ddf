"""A token of an OIDC provider, by the grant `client_credentials` (RFC 6749, 4.4; the client in the header, 2.3.1)."""

import base64
import http.client
import json
import ssl
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from levee.loading.plain_file import MIB, UnreadableError, read_plain_text
from levee.loading.schema.login import token_url_problem
from levee.model.login import OAuth
from levee_infra.kafka.login.contract import LoginRefusedError, Method
from levee_infra.kafka.login.secrets import read_secret, referred
from levee_infra.kafka.login.tokens import OAUTHBEARER, Token, Tokens
from levee_infra.providers.protocol.failures import FailedError, refused
from levee_infra.providers.protocol.fields import Fields, known
from levee_infra.providers.protocol.properties import Secret

SECONDS: Final = 10.0
"""The longest that the endpoint may take."""
LARGEST_ANSWER: Final = MIB
LARGEST_AUTHORITY: Final = MIB
LEAST_LIFE: Final = 1.0
LONGEST_LIFE: Final = 86_400.0
UNSAID_LIFE: Final = 300.0
"""Seconds that a token is kept whose answer doesn't say how long it holds (`expires_in` is recommended, no more)."""
_REFUSED: Final = frozenset({400, 401, 403})


@dataclass(frozen=True)
class Endpoint:
    """Where a client asks for a token, and as whom."""

    url: str
    client_id: str
    client_secret: Secret
    scopes: tuple[str, ...]
    ca: str | None = field(default=None, repr=False)
    """PEM text of the authority; None: the system's."""

    def fetch(self) -> Token:
        """Ask for a token. Raises LoginRefusedError, FailedError."""
        try:
            status, body = self._answer()
        except (OSError, http.client.HTTPException) as error:
            words = error.reason if isinstance(error, ssl.SSLError) else getattr(error, "strerror", None)
            reason = words or type(error).__name__
            raise FailedError(f"no token for {self.client_id}: {self.url} can't be reached ({reason})") from None
        if status in _REFUSED:
            raise LoginRefusedError(
                f"{self.url} refused a token to the client {self.client_id} ({status} {_error_of(body)}): "
                "check the client's id, its secret and its scope"
            )
        if status != 200:
            raise FailedError(f"no token for {self.client_id}: {self.url} answered {status}")
        return self._token(body)

    def _answer(self) -> tuple[int, bytes]:
        address = urlsplit(self.url)
        host = address.hostname or ""
        connection = (
            http.client.HTTPConnection(host, address.port, timeout=SECONDS)
            if address.scheme == "http"  # on loopback only: `token_url_problem`
            else http.client.HTTPSConnection(
                host, address.port, timeout=SECONDS, context=ssl.create_default_context(cadata=self.ca)
            )
        )
        client = f"{quote(self.client_id, safe='')}:{quote(str(self.client_secret.value), safe='')}"
        headers = {
            "Authorization": f"Basic {base64.b64encode(client.encode()).decode()}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        form = {"grant_type": "client_credentials"} | ({"scope": " ".join(self.scopes)} if self.scopes else {})
        with closing(connection):
            connection.request("POST", address.path or "/", urlencode(form), headers)
            response = connection.getresponse()
            return response.status, response.read(LARGEST_ANSWER)

    def _token(self, body: bytes) -> Token:
        answer = _json(body)
        value, life = answer.get("access_token"), answer.get("expires_in", UNSAID_LIFE)
        is_number = isinstance(life, int | float | str) and str(life).replace(".", "", 1).isdecimal()
        if not (isinstance(value, str) and value.isascii() and value.isprintable() and value and is_number):
            raise FailedError(f"no token for {self.client_id}: {self.url} answered with none that can be used")
        return Token(value, max(LEAST_LIFE, min(float(life), LONGEST_LIFE)))


def _json(body: bytes) -> Mapping[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _error_of(body: bytes) -> str:
    """RFC 6749's word for what is wrong, such as invalid_client."""
    word = _json(body).get("error")
    return word if isinstance(word, str) and word.replace("_", "").isalpha() and len(word) < 60 else ""


def declared(login: OAuth, project: Path) -> dict[str, Any]:
    """In the words of a provider's configuration."""
    words: dict[str, Any] = {
        "saslMechanism": "oauthbearer",
        "saslUsername": login.client_id,
        **referred("saslPassword", login.client_secret, project),
        "saslTokenUrl": login.token_url,
    }
    if login.scope is not None:
        words["saslOauthScopes"] = login.scope.split()
    if login.extensions:
        words["saslOauthExtensions"] = dict(login.extensions)
    if login.ca_file is not None:
        words["saslTokenCaCert"] = str(project / login.ca_file)
    return words


def read(fields: Fields) -> Tokens:
    """Who asks for tokens, and where. Raises RefusedError."""
    url, client = known(fields.text("saslTokenUrl")), known(fields.text("saslUsername"))
    secret = read_secret(fields, "saslPassword")
    if url is None or client is None or secret is None:
        needs = "saslMechanism oauthbearer needs saslTokenUrl, saslUsername (the client's id) and saslPassword"
        raise refused("saslMechanism", f"{needs} or saslPasswordFile (its secret)")
    if problem := token_url_problem(url):
        raise refused("saslTokenUrl", f"the value {problem}")
    scopes, extensions = known(fields.texts("saslOauthScopes")), known(fields.mapping("saslOauthExtensions"))
    endpoint = Endpoint(url, client, secret, tuple(scopes or ()), _authority(fields))
    return Tokens(endpoint.fetch, f"client {client}", {name: str(value) for name, value in (extensions or {}).items()})


def _authority(fields: Fields) -> str | None:
    given = known(fields.text("saslTokenCaCert"))
    if given is None:
        return None
    try:
        text = given if "-----BEGIN " in given else read_plain_text(Path(given), LARGEST_AUTHORITY)
        ssl.create_default_context(cadata=text)
    except UnreadableError as error:
        raise refused("saslTokenCaCert", f"cannot read it: {error.message}") from None
    except (ssl.SSLError, ValueError, OSError):
        raise refused("saslTokenCaCert", "holds no certificate that can be read") from None
    return text


METHOD: Final = Method(
    OAUTHBEARER, ("saslTokenUrl", "saslOauthScopes", "saslOauthExtensions", "saslTokenCaCert"), declared, read
)
