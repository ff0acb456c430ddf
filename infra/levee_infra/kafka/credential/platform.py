"""``levee:kafka:*``: resources on a Kafka cluster with users and ACLs of its own."""

import os
from typing import Any, Final

from levee.clock import Clock
from levee_infra.kafka.admin.acl_marks import marks_of, read_owner, without_owner
from levee_infra.kafka.admin.connection import Connection, check_connection, is_address, read_connection
from levee_infra.kafka.admin.session import Session
from levee_infra.kafka.admin.wire import Wire
from levee_infra.kafka.credential.credential_cluster import CredentialCluster
from levee_infra.kafka.credential.principal_grants import PrincipalGrants
from levee_infra.kafka.credential.service_credential import ServiceCredential
from levee_infra.kafka.secret_store.client_settings import ClientConnection
from levee_infra.kafka.secret_store.contract import Stores
from levee_infra.providers.protocol.declared import INTEGER, MAPPING, TEXTS, Field, needed, object_type
from levee_infra.providers.protocol.failures import Problem, RefusedError
from levee_infra.providers.protocol.fields import Fields, known
from levee_infra.providers.protocol.kind import Package
from levee_infra.providers.protocol.ownership import ThingKind
from levee_infra.providers.protocol.properties import Properties

PEM: Final = "PEM text, or the path of a PEM file."
EXTERNAL: Final = "external"
USERS: Final = ("scram", EXTERNAL)
"""Who makes users: this provider on the cluster, or somebody else, as Amazon MSK does from Secrets Manager."""

CLIENTS: Final = "clientBootstrapServers"
"""What the ready client settings name, where that isn't where this provider itself connects."""

KINDS: Final = (ServiceCredential, PrincipalGrants)
CONNECTION: Final = object_type(
    "levee:kafka:Connection",
    "the Kafka provider configuration",
    (
        needed("bootstrapServers", "`host:port` each; the ready client settings name them too.", TEXTS),
        Field("caCert", PEM),
        Field("clientCert", PEM),
        Field("clientKey", "PEM text, or the path of a PEM file, mode 0600.", secret=True),
        Field("clientKeyPassphrase", secret=True),
        Field("clientKeyPassphraseFile", "The path of a file, mode 0600, with the passphrase."),
        Field("clientKeyPassphraseEnvironment", "The variable of the environment that holds the passphrase."),
        Field(
            "saslMechanism",
            "`scram-sha512`, `scram-sha256`, `plain`, `oauthbearer`, `aws-iam`, `ibm-iam`, or `mutual-tls`: the client "
            "certificate alone.",
        ),
        Field("saslUsername", "A user with Alter and Describe on the cluster; of `oauthbearer` the client's id."),
        Field("saslPassword", secret=True),
        Field(
            "saslPasswordFile",
            "The path of a file, mode 0600, with the password, the client's secret, or, of `ibm-iam`, the API key.",
        ),
        Field("saslPasswordEnvironment", "The variable of the environment that holds it."),
        Field(
            "saslTokenUrl",
            "Of `oauthbearer` and `ibm-iam`: the token endpoint; IBM Cloud's public one without it.",
        ),
        Field(
            "saslTokenCaCert",
            "Of `oauthbearer` and `ibm-iam`: its authority, PEM text or the path of a PEM file.",
        ),
        Field("saslOauthScopes", type=TEXTS),
        Field("saslOauthExtensions", type=MAPPING),
        Field("saslAwsRegion", "Of `aws-iam`: the region of the brokers."),
        Field(
            "saslAwsSharedConfigFiles",
            "Of `aws-iam`: one file of AWS credentials; without it AWS's usual chain.",
            TEXTS,
        ),
        Field(
            CLIENTS,
            "What the ready client settings name, where this provider has addresses of its own; `bootstrapServers` "
            "without it.",
            TEXTS,
        ),
        Field("timeout", "Seconds that one request may take.", INTEGER),
        Field(
            "users",
            "`scram`, or `external` where the cluster takes its users from elsewhere, as Amazon MSK does from Secrets "
            "Manager: then only ACLs and secrets are made.",
            default=USERS[0],
        ),
    ),
    "The names of pulumi-kafka's provider configuration. TLS is always used and verified.",
)

NEEDS_TLS = "service credentials need {name}: what a cluster keeps of a password can be read off a plain connection"


def check(config: Properties) -> None:
    """Validate the connection; it must use TLS and verify it."""
    check_connection(_without_users(config), os.environ)
    read_owner(config)
    fields = _fields(config)
    for server in known(fields.texts(CLIENTS)) or []:
        if not is_address(server):
            fields.refuse(CLIENTS, f"{server} is no host:port")
    if (users := known(fields.text("users"))) is not None and users not in USERS:
        fields.refuse("users", f"must be {' or '.join(USERS)}")
    if known(fields.boolean("tlsEnabled")) is False:
        fields.refuse("tlsEnabled", NEEDS_TLS.format(name="TLS"))
    if known(fields.boolean("skipTlsVerify")) is True:
        fields.refuse("skipTlsVerify", NEEDS_TLS.format(name="the broker's certificate verified"))
    fields.raise_problems()


def open_package(config: Properties, clock: Clock, stores: Stores) -> Package:
    """Make the kinds of resource on the cluster; it is connected to when first used. ``clock`` dates passwords."""
    check(config)
    connection = read_connection(_without_users(config), os.environ)
    _refuse_plain(connection)
    session, wire = Session(connection), Wire(connection)

    async def send(request: Any) -> Any:
        # The session tells a wrong password or certificate at once, where the wire would only time out.
        await session.client()
        return await wire.send(request)

    cluster = CredentialCluster(send, makes_users=config.get("users") != EXTERNAL)
    marks = marks_of(ThingKind.USER, session, wire, read_owner(config))
    told = known(_fields(config).texts(CLIENTS)) or connection.bootstrap
    credential = ServiceCredential(cluster, ClientConnection(tuple(told), connection.ca), marks, clock, stores)

    async def close() -> None:
        await credential.close()
        cluster.close()
        await wire.close()
        await session.close()

    return Package(kinds=(credential, PrincipalGrants(cluster, marks)), close=close)


def _without_users(config: Properties) -> Properties:
    """The connection alone, in pulumi-kafka's words."""
    return {name: value for name, value in without_owner(config).items() if name not in {"users", CLIENTS}}


def _fields(config: Properties) -> Fields:
    return Fields(config, what="the Kafka provider configuration")


def _refuse_plain(connection: Connection) -> None:
    """Refuse what came from the environment rather than from the configuration."""
    if not (connection.tls and connection.verify):
        raise RefusedError(Problem("tlsEnabled", NEEDS_TLS.format(name="verified TLS")))
