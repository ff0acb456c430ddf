"""`stacks/<stack>/stack.yaml`: the boundary, the cluster and the services of one stack."""

from __future__ import annotations

from typing import Final

from levee.fields.rules import (
    FLAG,
    Complaint,
    Fields,
    Report,
    choice,
    field,
    free_of,
    mapping,
    named,
    sensitive,
    several,
    text,
    whole,
)
from levee.fields.values import (
    ACCOUNT,
    AWS_ACCOUNT,
    CLUSTER_ID,
    CUSTOMER_KEY,
    DURATION,
    FILE_PATH,
    HOST,
    HOST_PORT,
    KEY,
    KEY_NAME,
    ORGANIZATION,
    PATTERN,
    PRINCIPAL,
    PRINCIPAL_NAME,
    PRINCIPAL_NAMES,
    REASON,
    SECRET_PREFIX,
    TOPIC_PREFIX,
    destination_problem,
    principal_name_problem,
)
from levee.loading.schema import settings
from levee.loading.schema.login import ADMIN
from levee.loading.schema.stream_file import APPROVAL, DELETION
from levee.model.acl import ResourceType
from levee.model.approval import GuardedChange
from levee.model.cluster import ClientTraffic, Mechanism, Metrics, Protocol
from levee.model.name import service_name_problem
from levee.model.outsider import OutsiderOperation
from levee.model.role import Role
from levee.model.service import Previous
from levee.model.stack import Target
from levee.targets.registry import MODELS, STORES

MAX_BROKERS: Final = 1_000
MAX_GENERATION: Final = 1_000_000
_EXAMPLE_KEY: Final = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def _streams_or_topics(name: str, value: object, report: Report) -> None:
    for index, grant in enumerate(value if isinstance(value, list) else ()):
        if isinstance(grant, dict) and ("streams" in grant) == ("topics" in grant):
            both = "streams" in grant
            message = "a grant names " + ("both streams and a topic prefix" if both else "neither streams nor topics")
            hint = "write either `streams: [<stream>, …]` or `topics: <prefix.>*`"
            report(name, Complaint(message, hint, "grant-target", (index,)))


def _names_but_of_the_cluster(name: str, value: object, report: Report) -> None:
    for index, right in enumerate(value if isinstance(value, list) else ()):
        if isinstance(right, dict) and ("names" in right) == (right.get("on") == ResourceType.CLUSTER):
            named_ = "names" in right
            message = "the cluster has one name" if named_ else "a right names what it is on"
            hint = "leave `names` out" if named_ else 'write `names: [<name>, <prefix.>*]`, or ["*"] for all there are'
            report(name, Complaint(message, hint, "right-names", (index,)))


_SECURITY: Final[Fields] = {
    "protocol": field(choice(Protocol), "SASL_SSL", required=True),
    "mechanism": field(choice(Mechanism), "SCRAM-SHA-512"),
    "ca_file": field(FILE_PATH, "certs/ca.pem"),
    "admin": field(ADMIN, "{username: admin, password_env: LEVEE_ADMIN_PASSWORD}", required=True),
}

_PEER: Final[Fields] = {
    "name": field(KEY, "analytics", required=True),
    "account": field(ACCOUNT, '"210987654321"', required=True),
}

_NETWORK: Final[Fields] = {
    "public": field(FLAG, "false"),
    "unauthenticated": field(FLAG, "false"),
    "boundary": field(text(most=1000), "private subnets, reached through the platform's VPN only"),
    "peers": field({"type": "list", "schema": mapping(_PEER)}, '[{name: analytics, account: "210987654321"}]'),
}

_ENCRYPTION: Final[Fields] = {
    "clients": field(choice(ClientTraffic), "tls"),
    "between_brokers": field(FLAG, "true"),
    "encrypted_by": field(CUSTOMER_KEY, _EXAMPLE_KEY),
    "replicas": field(several(CUSTOMER_KEY), f"[{_EXAMPLE_KEY}]"),
}

_POLICY: Final[Fields] = {
    "organization": field(ORGANIZATION, "o-a1b2c3d4e5"),
    "accounts": field(several(AWS_ACCOUNT), '["123456789012"]'),
}

_LOG_SINK: Final[Fields] = {
    "name": field(KEY, "broker-logs", required=True),
    "destination": field(
        text(free_of(destination_problem, shown=False), most=2048), "log group /kafka/brokers", required=True
    ),
    "account": field(ACCOUNT, '"123456789012"'),
    "region": field(KEY, "eu-west-1"),
}

_LINK: Final[Fields] = {
    "name": field(KEY, "standby", required=True),
    "account": field(ACCOUNT, '"123456789012"'),
    "region": field(KEY, "eu-central-1", required=True),
}

_EXEMPTION: Final[Fields] = {
    "name": field(text(), "audit-index", required=True),
    "reason": field(REASON, "the service has no regions of its own", required=True),
}

_CLUSTER: Final[Fields] = {
    "id": field(CLUSTER_ID, "bGV2ZWUtbG9jYWwtMDAwMQ", required=True),
    "bootstrap": field(several(HOST_PORT, least=1), '["broker-1.example.com:9093"]', required=True),
    "brokers": field(whole(2, MAX_BROKERS), "3", required=True),
    "security": field(mapping(_SECURITY), "{protocol: SASL_SSL, …}", required=True),
    "settings": field(settings.BROKER, "{auto.create.topics.enable: false}"),
    "network": field(mapping(_NETWORK), "{public: false, unauthenticated: false, boundary: …}"),
    "encryption": field(mapping(_ENCRYPTION), "{clients: tls, between_brokers: true}"),
    "policy": field(mapping(_POLICY), "{organization: o-a1b2c3d4e5}"),
    "logs": field({"type": "list", "schema": mapping(_LOG_SINK)}, "[{name: broker-logs, destination: …}]"),
    "metrics": field(choice(Metrics), "per-topic-per-broker"),
    "links": field({"type": "list", "schema": mapping(_LINK)}, "[{name: standby, region: eu-central-1}]"),
}

_SECRETS: Final[Fields] = {
    "store": field(choice(STORES), "file", required=True),
    "directory": field(FILE_PATH, ".levee/secrets/local"),
    "prefix": field(SECRET_PREFIX, "AmazonMSK_levee/prod/"),
    "encrypted_by": field(KEY_NAME, _EXAMPLE_KEY),
}

_GRANT: Final[Fields] = {
    "role": field(choice(Role), "reader", required=True),
    "streams": field(several(KEY, least=1), "[payments-audit]"),
    "topics": field(TOPIC_PREFIX, "eu.payments.*"),
    "groups": field(several(PATTERN, least=1), "[siem-shipper]"),
}

_SERVICE: Final[Fields] = {
    "owner": field(text(), "payments-team"),
    "generation": field(whole(1, MAX_GENERATION), "2"),
    "previous": field(choice(Previous), "revoked"),
    "rotate_every": field(DURATION, "90d"),
    "assumed_by": field(PRINCIPAL, "ecs-tasks.amazonaws.com"),
    "principal": field(PRINCIPAL_NAME, "CN=collector,O=example"),
    "grants": field(
        {"type": "list", "schema": mapping(_GRANT), "check_with": _streams_or_topics},
        "[{role: reader, streams: [payments-audit], groups: [siem-shipper]}]",
    ),
}

_RIGHT: Final[Fields] = {
    "operations": field(several(choice(OutsiderOperation), least=1), "[Describe, DescribeConfigs]", required=True),
    "on": field(choice(ResourceType), "topic", required=True),
    "names": field(several(PRINCIPAL_NAMES, least=1), '["eu.payments.*"]'),
    "host": field(HOST, "10.0.0.7"),
}

_OUTSIDER: Final[Fields] = {
    "owner": field(text(), "platform-team", required=True),
    "reason": field(REASON, "it measures the lag of all groups", required=True),
    "rights": field(
        {"type": "list", "minlength": 1, "schema": mapping(_RIGHT), "check_with": _names_but_of_the_cluster},
        "[{operations: [Describe], on: topic, names: [eu.payments.*]}]",
        required=True,
    ),
}

_RECREATED: Final[Fields] = {
    **{key: rules for key, rules in APPROVAL.items() if key != "service"},
    "change": field(choice((GuardedChange.RECREATED,)), "recreated", required=True),
    "identity": {**APPROVAL["identity"], "required": True},
}

STACK: Final[Fields] = {
    "target": field(choice(Target), "kafka", required=True),
    "account": field(ACCOUNT, '"123456789012"', required=True),
    "region": field(KEY, "eu-west-1", required=True),
    "jurisdiction": field(KEY, "eu", required=True),
    "owner": field(text(), "platform-team", required=True),
    "cost_centre": field(text(), "CC-4711"),
    "trusted_accounts": field(several(ACCOUNT), '["210987654321"]'),
    "global_names": field({"type": "list", "schema": mapping(_EXEMPTION)}, "[{name: audit-index, reason: …}]"),
    "cluster": field(mapping(_CLUSTER), "{id: …, bootstrap: […], brokers: 3, security: {…}}", required=True),
    "secrets": field(sensitive(mapping(_SECRETS)), "{store: file, directory: .levee/secrets/local}", required=True),
    **{model.name.value: field(mapping(model.fields), model.example) for model in MODELS.values() if model.fields},
    "services": field(named(mapping(_SERVICE), service_name_problem), "{siem-shipper: {owner: security-team}}"),
    "principals": field(
        named(mapping(_OUTSIDER), principal_name_problem), "{exporter: {owner: …, reason: …, rights: […]}}"
    ),
    "streams": field(choice(("none",)), "none"),
    "retire": field(mapping(DELETION), "{on: 2026-12-31, approved_by: …, reason: …, ticket: …}"),
    "approve": field({"type": "list", "schema": mapping(_RECREATED)}, "[{change: recreated, identity: …, …}]"),
}
