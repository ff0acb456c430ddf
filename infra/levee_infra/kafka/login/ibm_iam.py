"""IBM Cloud's IAM: an access token for an API key, as IBM Event Streams takes it.

Sources: https://cloud.ibm.com/apidocs/iam-identity-token-api, and the README of IBM's own Java login, which sends the
same form: https://github.com/IBM/eventstreams-java-sdk/tree/main/modules/oauth-client-v2
"""

from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from levee.model.login import IBM_TOKEN_PATH, IBM_TOKEN_URL, IbmIam
from levee_infra.kafka.login import token_endpoint
from levee_infra.kafka.login.contract import Method
from levee_infra.kafka.login.secrets import read_secret, referred
from levee_infra.kafka.login.token_endpoint import Endpoint
from levee_infra.kafka.login.tokens import OAUTHBEARER, Tokens
from levee_infra.providers.protocol.failures import refused
from levee_infra.providers.protocol.fields import Fields

GRANT: Final = "urn:ibm:params:oauth:grant-type:apikey"


def endpoint(url: str, api_key: str, ca: str | None = None) -> Endpoint:
    """Where an API key is exchanged."""
    return Endpoint(
        url,
        "the IBM Cloud identity",
        {"grant_type": GRANT, "apikey": api_key},
        api_key,
        "that the API key is whole, and neither expired, locked nor deleted",
        ca=ca,
    )


def declared(login: IbmIam, project: Path) -> dict[str, Any]:
    """In the words of a provider's configuration."""
    key = referred("saslPassword", login.api_key, project)
    return {"saslMechanism": "ibm-iam", **key, **token_endpoint.declared(login, project)}


def read(fields: Fields) -> Tokens:
    """Which key is exchanged, and where. Raises RefusedError."""
    key = read_secret(fields, "saslPassword")
    if key is None:
        raise refused("saslMechanism", "saslMechanism ibm-iam needs saslPassword or saslPasswordFile (the API key)")
    url = token_endpoint.url_of(fields) or IBM_TOKEN_URL
    if not urlsplit(url).path.strip("/"):  # IBM's pages call the address of IAM alone its endpoint, too
        url = url.rstrip("/") + IBM_TOKEN_PATH
    return token_endpoint.tokens_of(fields, endpoint(url, str(key.value), token_endpoint.authority_of(fields)))


METHOD: Final = Method(OAUTHBEARER, token_endpoint.PROPERTIES, declared, read)
