"""An IAM token of the declared account, kept while it is fresh."""

import base64
import json
import threading
from collections.abc import Mapping
from typing import Any

from levee.model.login import IBM_TOKEN_PATH
from levee_infra.kafka.login import ibm_iam
from levee_infra.kafka.login.tokens import Tokens
from levee_infra.providers.protocol.failures import FailedError, refused
from levee_infra.targets.ibm.connection import IbmConnection, Service, api_key


class Login:
    """The tokens of one API key; safe to ask from any thread."""

    def __init__(self, connection: IbmConnection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._tokens: Tokens | None = None

    def token(self) -> str:
        """A token of the account. Raises FailedError, and RefusedError for a key of another account."""
        with self._lock:
            if self._tokens is None:
                endpoint = ibm_iam.endpoint(
                    self._connection.url(Service.IAM) + IBM_TOKEN_PATH, api_key(self._connection)
                )
                tokens = Tokens(endpoint.fetch, endpoint.who, {})
                self._require_account(tokens.token())
                self._tokens = tokens
            return self._tokens.token()

    def forget(self, token: str) -> None:
        """Give up a token that IBM no longer takes, unless another one took its place."""
        with self._lock:
            if self._tokens is not None and self._tokens.token() == token:
                self._tokens = None

    def _require_account(self, token: str) -> None:
        account = _claims(token).get("account")
        found = str(account.get("bss", "")) if isinstance(account, Mapping) else ""
        if found != self._connection.account:
            raise refused(
                "account",
                f"the API key is of account {found or 'unknown'}, the stack declares {self._connection.account}; use a "
                "key of the declared account, or correct account in stack.yaml",
            )


def _claims(token: str) -> Mapping[str, Any]:
    """What a token says; whether it is genuine is for IBM's services to say."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError, RecursionError):
        claims = None
    if not isinstance(claims, Mapping):
        raise FailedError("IBM IAM answered with something that is no token")
    return claims
