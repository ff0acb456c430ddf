"""A token of an OIDC provider, by the grant `client_credentials` (RFC 6749, 4.4; the client in the header, 2.3.1)."""

import base64
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from levee.model.login import OAuth
from levee_infra.kafka.login import token_endpoint
from levee_infra.kafka.login.contract import Method
from levee_infra.kafka.login.secrets import read_secret, referred
from levee_infra.kafka.login.token_endpoint import Endpoint
from levee_infra.kafka.login.tokens import OAUTHBEARER, Tokens
from levee_infra.providers.protocol.failures import refused
from levee_infra.providers.protocol.fields import Fields, known


def endpoint(url: str, client_id: str, secret: str, scopes: tuple[str, ...], ca: str | None = None) -> Endpoint:
    """Where a client asks for a token."""
    client = f"{quote(client_id, safe='')}:{quote(secret, safe='')}"
    return Endpoint(
        url,
        f"the client {client_id}",
        {"grant_type": "client_credentials"} | ({"scope": " ".join(scopes)} if scopes else {}),
        secret,
        "the client's id, its secret and its scope",
        {"Authorization": f"Basic {base64.b64encode(client.encode()).decode()}"},
        ca,
    )


def declared(login: OAuth, project: Path) -> dict[str, Any]:
    """In the words of a provider's configuration."""
    return {
        "saslMechanism": "oauthbearer",
        "saslUsername": login.client_id,
        **referred("saslPassword", login.client_secret, project),
        **token_endpoint.declared(login, project),
        **({"saslOauthScopes": login.scope.split()} if login.scope is not None else {}),
    }


def read(fields: Fields) -> Tokens:
    """Who asks for tokens, and where. Raises RefusedError."""
    url, client = token_endpoint.url_of(fields), known(fields.text("saslUsername"))
    secret = read_secret(fields, "saslPassword")
    if url is None or client is None or secret is None:
        needs = "saslMechanism oauthbearer needs saslTokenUrl, saslUsername (the client's id) and saslPassword"
        raise refused("saslMechanism", f"{needs} or saslPasswordFile (its secret)")
    scopes = tuple(known(fields.texts("saslOauthScopes")) or ())
    ca = token_endpoint.authority_of(fields)
    return token_endpoint.tokens_of(fields, endpoint(url, client, str(secret.value), scopes, ca))


METHOD: Final = Method(OAUTHBEARER, (*token_endpoint.PROPERTIES, "saslOauthScopes"), declared, read)
