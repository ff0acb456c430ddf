"""A token endpoint of OAuth (RFC 6749), asked by whichever grant: over TLS, or on loopback."""

import http.client
import json
import re
import ssl
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from levee.clock import SYSTEM_CLOCK
from levee.loading.plain_file import MIB, UnreadableError, read_plain_text
from levee.loading.schema.login import token_url_problem
from levee.model.login import IbmIam, OAuth
from levee_infra.kafka.login.contract import LoginRefusedError
from levee_infra.kafka.login.tokens import Token, Tokens
from levee_infra.providers.protocol.failures import FailedError, refused
from levee_infra.providers.protocol.fields import Fields, known

PROPERTIES: Final = ("saslTokenUrl", "saslOauthExtensions", "saslTokenCaCert")
SECONDS: Final = 10.0
"""The longest that the endpoint may take."""
LARGEST_ANSWER: Final = MIB
LARGEST_AUTHORITY: Final = MIB
LEAST_LIFE: Final = 1.0
LONGEST_LIFE: Final = 86_400.0
UNSAID_LIFE: Final = 300.0
"""Seconds that a token is kept whose answer doesn't say how long it holds (`expires_in` is recommended, no more)."""
_REFUSED: Final = frozenset({400, 401, 403})
_CODE: Final = re.compile(r"[a-zA-Z_]{1,60}|[A-Z]{2,8}[0-9]{3,6}[A-Z]?", re.ASCII)
"""An error of RFC 6749, such as invalid_client, or one of IBM's, such as BXNIM0415E."""
_TRACE: Final = re.compile(r"[\w.:-]{1,100}", re.ASCII)


@dataclass(frozen=True)
class Endpoint:
    """Where tokens are asked for, on whose behalf, and with what; `remedy` is what to look at where that is refused.

    `secret` is the one that the form or the headers hold, in no representation and no message.
    """

    url: str
    who: str
    form: Mapping[str, str] = field(repr=False)
    secret: str = field(repr=False)
    remedy: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    ca: str | None = field(default=None, repr=False)
    """PEM text of the authority; None: the system's."""

    def fetch(self) -> Token:
        """Ask for a token. Raises LoginRefusedError, FailedError."""
        try:
            status, trace, body = self._answer()
        except (OSError, http.client.HTTPException) as error:
            words = error.reason if isinstance(error, ssl.SSLError) else getattr(error, "strerror", None)
            raise FailedError(
                f"no token for {self.who}: {self.url} can't be reached ({words or type(error).__name__})"
            ) from None
        if status == 200:
            return self._token(_json(body))
        said = f"{status}{self._told(_json(body), trace)}"
        if status in _REFUSED:
            raise LoginRefusedError(f"{self.url} refused a token to {self.who} ({said}): check {self.remedy}")
        raise FailedError(f"no token for {self.who}: {self.url} answered {said}")

    def _answer(self) -> tuple[int, str, bytes]:
        address = urlsplit(self.url)
        host = address.hostname or ""
        connection = (
            http.client.HTTPConnection(host, address.port, timeout=SECONDS)
            if address.scheme == "http"  # on loopback only: `token_url_problem`
            else http.client.HTTPSConnection(
                host, address.port, timeout=SECONDS, context=ssl.create_default_context(cadata=self.ca)
            )
        )
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json", **self.headers}
        with closing(connection):
            connection.request("POST", address.path or "/", urlencode(self.form), headers)
            response = connection.getresponse()
            return response.status, response.headers.get("Transaction-Id", ""), response.read(LARGEST_ANSWER)

    def _token(self, answer: Mapping[str, Any]) -> Token:
        value, life = answer.get("access_token"), answer.get("expires_in")
        if life is None and isinstance(end := answer.get("expiration"), int | float):
            life = max(LEAST_LIFE, end - SYSTEM_CLOCK.milliseconds() / 1000)
        life = UNSAID_LIFE if life is None else life
        is_number = isinstance(life, int | float | str) and str(life).replace(".", "", 1).isdecimal()
        if not (isinstance(value, str) and value.isascii() and value.isprintable() and value and is_number):
            raise FailedError(f"no token for {self.who}: {self.url} answered with none that can be used")
        return Token(value, max(LEAST_LIFE, min(float(life), LONGEST_LIFE)))

    def _told(self, answer: Mapping[str, Any], trace: str) -> str:
        """What the endpoint calls the error and the request, as far as they have such a form and aren't the secret."""
        code, context = answer.get("error") or answer.get("errorCode"), answer.get("context")
        request = trace or (context.get("requestId") if isinstance(context, dict) else None)
        told = [(" ", _CODE, code), (", transaction-id ", _TRACE, request)]
        return "".join(
            f"{before}{word}"
            for before, form, word in told
            if isinstance(word, str) and form.fullmatch(word) and self.secret not in word
        )


def _json(body: bytes) -> Mapping[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def tokens_of(fields: Fields, endpoint: Endpoint) -> Tokens:
    """Its tokens, with the SASL extensions of the configuration."""
    extensions = known(fields.mapping("saslOauthExtensions")) or {}
    return Tokens(endpoint.fetch, endpoint.who, {name: str(value) for name, value in extensions.items()})


def url_of(fields: Fields) -> str | None:
    """The endpoint's address. Raises RefusedError for one that no token may be asked for at."""
    url = known(fields.text("saslTokenUrl"))
    if url is not None and (problem := token_url_problem(url)):
        raise refused("saslTokenUrl", f"the value {problem}")
    return url


def authority_of(fields: Fields) -> str | None:
    """PEM text of the endpoint's authority. Raises RefusedError."""
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


def declared(login: OAuth | IbmIam, project: Path) -> dict[str, Any]:
    """The endpoint of a stack's login, in the words of a provider's configuration."""
    words: dict[str, Any] = {"saslTokenUrl": login.token_url}
    if login.extensions:
        words["saslOauthExtensions"] = dict(login.extensions)
    if login.ca_file is not None:
        words["saslTokenCaCert"] = str(project / login.ca_file)
    return words
