"""What a service's role may do: its grants on the cluster, its own secrets and data streams, and their key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, Self

from levee.catalog.partition import partition_of
from levee.model.cloud_name import CloudName
from levee.model.name import NamePattern
from levee.model.role import Role
from levee.targets.aws.actions import AWS_ROLES
from levee.targets.aws.iam.arn import ClusterArn
from levee.targets.aws.iam.document import Condition, Document, Effect, Statement

# What draining a data stream takes: https://docs.aws.amazon.com/streams/latest/dev/controlling-access.html.
READ_DATA_STREAM: Final = frozenset(
    {"kinesis:DescribeStreamSummary", "kinesis:ListShards", "kinesis:GetShardIterator", "kinesis:GetRecords"}
)


class Grant(Protocol):
    """A role on topics, with the groups and transactional ids that are the service's own (a plan's grant is one)."""

    @property
    def role(self) -> Role:
        """What it may do."""

    @property
    def topics(self) -> Sequence[NamePattern]:
        """On these."""

    @property
    def groups(self) -> Sequence[NamePattern]:
        """Consumer groups of a reader."""

    @property
    def transactional_ids(self) -> Sequence[NamePattern]:
        """Transactional ids of a writer."""


def service_policy(
    grants: Iterable[Grant],
    cluster: ClusterArn | None,
    secret_arns: Sequence[str] = (),
    data_stream_arns: Sequence[str] = (),
    key_arn: str | None = None,
) -> Document:
    """The inline policy of a service's role: exact ARNs, one statement per role and kind of resource.

    Without an MSK cluster (None) the grants are ACLs of the brokers and no affair of IAM's. It reads the
    data streams, which are Kinesis's. `key_arn` may decrypt for Secrets Manager and Kinesis only, as far as there is
    something of theirs, in its region. Raises ValueError where one of them isn't of the account and region of the
    others and of the cluster.
    """
    arns = [
        *((each, "secretsmanager") for each in secret_arns),
        *((each, "kinesis") for each in data_stream_arns),
        *([(key_arn, "kms")] if key_arn else []),
    ]
    place = _Place.of(str(cluster) if cluster else next((arn for arn, _ in arns), ""))
    for arn, service in arns:
        place.require(arn, service)
    granted = _cluster_statements(list(grants), cluster) if cluster else ()
    secrets = _allow("Secrets", {"secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"}, secret_arns)
    carried = _allow("DataStreams", READ_DATA_STREAM, data_stream_arns)
    encrypted = {"secretsmanager": secret_arns, "kinesis": data_stream_arns}
    users = [service for service, arns_of_it in encrypted.items() if arns_of_it]
    return Document((*granted, *secrets, *carried, *_key_statements(place, users, key_arn)))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a policy's resources must all be."""

    partition: str
    region: str
    account: str

    @classmethod
    def of(cls, arn: str) -> Self:
        if not arn:
            return cls("", "", "")
        name = CloudName.parse(arn)
        return cls(arn.split(":")[1], name.region, name.account)

    def require(self, arn: str, service: str) -> None:
        """Raise ValueError unless the ARN is of this service, in this place, and names one thing."""
        found = CloudName.parse(arn)
        if (found.service, self.of(arn)) != (service, self):
            expected = f"{service} in {self.region}, account {self.account}"
            raise ValueError(f"{arn} is not of {expected}, where the others are")
        if "*" in arn or "${" in arn:
            raise ValueError(f"{arn} names more than one resource; write its whole ARN")
        if service == "kms" and ":key/" not in arn:
            raise ValueError(f"{arn} names a key by its alias, which IAM doesn't match; write the key's own ARN")


def _cluster_statements(grants: Sequence[Grant], cluster: ClusterArn) -> Iterator[Statement]:
    roles = [role for role in Role if any(grant.role is role for grant in grants)]
    actions = frozenset[str]().union(*(AWS_ROLES[role].cluster for role in roles))
    yield from _allow("Cluster", actions, [str(cluster)] if roles else [])
    for role in roles:
        allowed = AWS_ROLES[role]
        own = [grant for grant in grants if grant.role is role]
        topics = _arns(cluster.topic, (grant.topics for grant in own))
        groups = _arns(cluster.group, (grant.groups for grant in own))
        ids = _arns(cluster.transactional_id, (grant.transactional_ids for grant in own))
        yield from _allow(f"{role.name.capitalize()}Topics", allowed.topic, topics)
        yield from _allow(f"{role.name.capitalize()}Groups", allowed.group, groups)
        yield from _allow(f"{role.name.capitalize()}TransactionalIds", allowed.transactional_id, ids)


def _key_statements(place: _Place, users: Sequence[str], key: str | None) -> Iterator[Statement]:
    if key is not None and users:
        partition = partition_of(place.region)
        suffix = partition.dns_suffix if partition else "amazonaws.com"
        via = tuple(f"{service}.{place.region}.{suffix}" for service in users)
        yield from _allow("Key", {"kms:Decrypt"}, [key], [Condition("StringEquals", "kms:ViaService", via)])


def _allow(
    sid: str, actions: Iterable[str], resources: Iterable[str], conditions: Iterable[Condition] = ()
) -> Iterator[Statement]:
    """A statement, where there is something to allow and something to allow it on."""
    found, arns = tuple(actions), tuple(resources)
    if found and arns:
        yield Statement(effect=Effect.ALLOW, sid=sid, actions=found, resources=arns, conditions=tuple(conditions))


def _arns(arn: Callable[[NamePattern], str], patterns: Iterable[Iterable[NamePattern]]) -> list[str]:
    return [arn(pattern) for each in patterns for pattern in each]
