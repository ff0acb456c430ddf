"""``levee:ibm:*``: resources in one account of IBM Cloud."""

from levee.clock import Clock
from levee_infra.kafka.secret_store.client_settings import PLAIN, ClientConnection
from levee_infra.kafka.secret_store.file_store import FileLocation
from levee_infra.providers.protocol.failures import refused
from levee_infra.providers.protocol.kind import Package
from levee_infra.providers.protocol.properties import Properties
from levee_infra.targets.ibm.api import Api
from levee_infra.targets.ibm.connection import read_connection
from levee_infra.targets.ibm.kinds.authorization_policy.kind import AuthorizationPolicy
from levee_infra.targets.ibm.kinds.logs_stream.kind import LogsStream
from levee_infra.targets.ibm.kinds.service_id.kind import ServiceId
from levee_infra.targets.ibm.kinds.topic.kind import Topic

KINDS = (AuthorizationPolicy, LogsStream, ServiceId, Topic)
"""Every kind of resource on this platform."""

KEY_USER = "token"
"""What every client logs in as whose password is an API key."""


def check(config: Properties) -> None:
    """Validate the connection."""
    read_connection(config)


def open_package(config: Properties, clock: Clock) -> Package:
    """Make the kinds of resource in the account, when first needed. ``clock`` dates what is made."""
    connection = read_connection(config)
    if connection is None:
        raise refused("account", "must be known before resources are made in it")
    api = Api(connection)
    clients = ClientConnection(connection.bootstrap_servers, connection.ca, mechanism=PLAIN, user=KEY_USER)
    identities = ServiceId(api, clock, clients, {"file": FileLocation.read})

    async def close() -> None:
        await identities.close()
        await api.close()

    return Package(kinds=(AuthorizationPolicy(api, clock), LogsStream(api), identities, Topic(api)), close=close)
