"""Which IBM Cloud account `levee:ibm:*` resources are made in, and how its services are reached."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from levee.loading.schema.login import token_url_problem
from levee_infra.kafka.login.secrets import own_text
from levee_infra.providers.protocol.declared import MAPPING, TEXTS, Field, matching, needed, object_type, read_all
from levee_infra.providers.protocol.failures import FailedError, RefusedError
from levee_infra.providers.protocol.fields import Fields
from levee_infra.providers.protocol.properties import Properties, is_known

VARIABLE: Final = "IBMCLOUD_API_KEY"
"""The API key's variable, as IBM's own tools name it."""

LARGEST_KEY: Final = 4096
"""Bytes of a file with an API key."""

WHAT: Final = "the IBM Cloud provider configuration"


class Service(StrEnum):
    """A service that is global: an instance of another one has a URL of its own."""

    IAM = "iam"
    RESOURCE_CONTROLLER = "resource-controller"


URLS: Final[Mapping[Service, str]] = {
    Service.IAM: "https://iam.cloud.ibm.com",
    Service.RESOURCE_CONTROLLER: "https://resource-controller.cloud.ibm.com",
}


def _endpoints_problem(endpoints: Mapping[str, Any]) -> str | None:
    """Tokens go there: over TLS, or on loopback."""
    for name, url in endpoints.items():
        if name not in set(Service):
            return f"has no service {name}; it has {', '.join(Service)}"
        if isinstance(url, str) and (problem := token_url_problem(url)):
            return f"of {name} {problem.partition('; ')[0]}; write for example {URLS[Service(name)]}"
    return None


PROPERTIES: Final = (
    needed(
        "account",
        "32 hexadecimal digits.",
        check=matching(re.compile(r"[0-9a-f]{32}"), "must be the 32 hexadecimal digits of an IBM Cloud account"),
    ),
    needed("region", "Such as `eu-de`."),
    Field("apiKeyFile", f"The path of a file, mode 0600, that holds the API key; without it `{VARIABLE}` does."),
    Field(
        "endpoints",
        f"URLs that stand in for those of {' and '.join(f'`{name}`' for name in Service)}: private ones, or a server "
        "on loopback.",
        MAPPING,
        check=_endpoints_problem,
    ),
    Field("bootstrapServers", "`host:port` each, of Event Streams: what the ready client settings name.", TEXTS),
    Field("caCert", "PEM text of the brokers' authority, where clients' machines don't know it."),
)
CONNECTION: Final = object_type(
    "levee:ibm:Connection",
    WHAT,
    PROPERTIES,
    "The API key is in a file or in the environment, never here. Every call is refused unless it is of this account.",
)


@dataclass(frozen=True, slots=True)
class IbmConnection:
    """One account in one region.

    ``api_key_file`` holds the key alone; without one it is in ``IBMCLOUD_API_KEY``. ``endpoints`` stand in for
    services' public URLs: private ones, or a server on loopback. ``bootstrap_servers`` and ``ca`` are for the settings
    of clients.
    """

    account: str
    region: str
    api_key_file: str | None = None
    endpoints: Mapping[str, str] = field(default_factory=dict)
    bootstrap_servers: tuple[str, ...] = ()
    ca: str | None = None

    def url(self, service: Service | str) -> str:
        """Where a global service is reached; an instance's own URL is as it is."""
        known_at = URLS[service] if isinstance(service, Service) else service
        return self.endpoints.get(service, known_at).rstrip("/")


def read_connection(config: Properties) -> IbmConnection | None:
    """Read the section ``ibm`` of the provider's configuration; None while some of it isn't known yet. Raises
    RefusedError with its problems.
    """
    fields = Fields(config, what=WHAT)
    given = read_all(fields, PROPERTIES)
    fields.raise_problems()
    if not is_known(config):
        return None
    account, region, file, endpoints, servers, ca = (given[each.name] for each in PROPERTIES)
    return IbmConnection(account, region, file, endpoints or {}, tuple(servers or ()), ca)


def api_key(connection: IbmConnection) -> str:
    """The API key, of a file that nobody else can read or of the environment. Raises FailedError."""
    file = connection.api_key_file
    if file is None:
        key, where = os.environ.get(VARIABLE, ""), f"{VARIABLE} in the environment"
    else:
        try:
            key, where = own_text(file, "apiKeyFile", LARGEST_KEY)[1].strip(), file
        except RefusedError as refusal:
            raise FailedError(str(refusal)) from None
    if not key or not key.isascii() or not key.isprintable() or any(map(str.isspace, key)):
        raise FailedError(f"{where} holds no IBM Cloud API key; set it, then run again")
    return key
