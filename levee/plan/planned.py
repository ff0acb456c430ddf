"""What shall exist, in the words of the field and in stable order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from levee.model.acl import Acl
from levee.model.approval import Approval
from levee.model.cluster import ClusterSpec, SecretStoreSpec
from levee.model.data_class import DataClass
from levee.model.duration import Duration
from levee.model.name import NamePattern
from levee.model.origin import Origin
from levee.model.outsider import Outsider
from levee.model.role import Role
from levee.model.service import Previous
from levee.model.stack import DEFAULT_PROJECT, Exemption, Target
from levee.model.stream import Adoption, ArchiveSpec, ConsumerSpec, MonitorSpec, Retirement, SinkSpec, SourceSpec
from levee.model.target_block import TargetBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """What every hop must stay inside."""

    account: str
    region: str
    jurisdiction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTopic:
    """A topic. `stream` is its identity, `name` what Kafka calls it.

    `settings` are all that levee sets, in order of key; what stands there is kept so. `effective` are those that must
    have these values wherever they come from, and that levee never sets. Everything else is the broker's. `protected`:
    it may not be deleted. `let_go`: it isn't deleted when its stream's file goes; it stays.
    `acknowledged` are the identities of the stream's things that were made anew and are taken for those recorded.
    `may_adopt`: an entry in force approves of taking it over with the records that it holds. `delete_adopted`: one in
    force names it, so that it goes with its file even if adopted.
    """

    stream: str
    name: str
    owner: str
    cost_centre: str | None
    legal_basis: str | None
    data_class: str
    partitions: int
    replication: int
    settings: tuple[tuple[str, str], ...]
    effective: tuple[tuple[str, str], ...] = ()
    protected: bool
    retire: Retirement | None
    approvals: tuple[Approval, ...] = ()
    let_go: bool = False
    acknowledged: tuple[str, ...] = ()
    adopt: Adoption | None = None
    may_adopt: bool = False
    delete_adopted: bool = False
    origin: Origin

    @property
    def on_removal(self) -> str | None:
        """What becomes of it once it isn't declared any more, in the provider's words; None: it is deleted, unless it
        was adopted.
        """
        if self.let_go:
            return "let-go"
        return "delete-adopted" if self.delete_adopted else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedGrant:
    """A role of a service on topics. `streams` are the keys behind exact names, empty for a prefix."""

    role: Role
    topics: tuple[NamePattern, ...]
    streams: tuple[str, ...]
    groups: tuple[NamePattern, ...]
    transactional_ids: tuple[NamePattern, ...]
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class ScramUsers:
    """An identity as SCRAM users that levee makes, one a generation.

    `iterations` is of SCRAM's key derivation, `rotate_every` how often the service promises a new generation.
    """

    generation: int
    previous: Previous
    iterations: int
    rotate_every: Duration | None

    def logins(self, service: str) -> tuple[str, ...]:
        """The users that shall be valid: the current generation's, and the one before it during an overlap."""
        overlaps = self.generation > 1 and self.previous is Previous.VALID
        generations = (self.generation - 1, self.generation) if overlaps else (self.generation,)
        return tuple(f"{service}.g{generation}" for generation in generations)

    def principals(self, service: str) -> tuple[str, ...]:
        """Its users."""
        return self.logins(service)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingPrincipal:
    """An identity that was made elsewhere, by the name that ACLs have after `User:`. levee has no secret of it."""

    name: str

    def logins(self, service: str) -> tuple[str, ...]:  # noqa: ARG002
        """Whom levee holds a credential of: nobody."""
        return ()

    def principals(self, service: str) -> tuple[str, ...]:  # noqa: ARG002
        """Itself."""
        return (self.name,)


Realization = ScramUsers | ExistingPrincipal
"""Every way. Each says whom levee can log in as for a service (`logins`), and whom the brokers know it by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCredential:
    """The service-to-service identity of one service: its grants, the ACLs they come to, and how it is realized.

    `acls` are sorted and free of repeats. `assumed_by` is which cloud service may run as it.
    """

    service: str
    owner: str
    realized_as: Realization
    grants: tuple[PlannedGrant, ...]
    acls: tuple[Acl, ...]
    assumed_by: str | None = None
    origin: Origin

    @property
    def scram(self) -> ScramUsers | None:
        """The users that levee makes for it, if it makes any."""
        return self.realized_as if isinstance(self.realized_as, ScramUsers) else None

    @property
    def made_elsewhere(self) -> bool:
        """Whether levee makes no login for it, and so holds no credential that it could be tried with."""
        return isinstance(self.realized_as, ExistingPrincipal)

    @property
    def usernames(self) -> tuple[str, ...]:
        """Whom levee holds a credential of, and can log in as, oldest first."""
        return self.realized_as.logins(self.service)

    @property
    def principals(self) -> tuple[str, ...]:
        """Whom the brokers know it by, without `User:`, oldest first."""
        return self.realized_as.principals(self.service)


class HopKind(StrEnum):
    """What a record passes on its way."""

    SOURCE = "source"
    TOPIC = "topic"
    CONSUMER = "consumer"
    SINK = "sink"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """A place a stream's records pass, resolved: where the file names no account or region, the stack's own."""

    kind: HopKind
    name: str
    account: str
    region: str
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The way of one stream's records, from those that write to those that keep them."""

    stream: str
    hops: tuple[Hop, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSource:
    """A declared source of a stream."""

    stream: str
    source: SourceSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCarrier:
    """What brings a log service's events to a stream's `topic`, as the service of its `source`.

    `name` is that of the data stream they come by, and the transactional id of the consumer of it.
    `checkpoints` is a topic of its own, where that one keeps how far it has come; `checkpoints.stream` is the stream's.
    """

    stream: str
    topic: str
    source: SourceSpec
    name: str
    checkpoints: PlannedTopic

    @property
    def caller(self) -> str:
        """The name (with `*`) of what the log service may deliver the events for: a plan always says which."""
        assert self.source.trust is not None
        assert self.source.trust.source_arn is not None
        return self.source.trust.source_arn


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedConsumer:
    """A declared consumer of a stream."""

    stream: str
    consumer: ConsumerSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSink:
    """A declared sink of a stream."""

    stream: str
    sink: SinkSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedArchive:
    """The declared archive of a stream."""

    stream: str
    archive: ArchiveSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMonitor:
    """A declared monitor of a stream."""

    stream: str
    monitor: MonitorSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFilter:
    """The filter of a stream's records, as its file has it."""

    stream: str
    text: str
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything one stack shall hold. Equal declarations give equal plans.

    `retire` approves of the deletion of the stack's own key; `acknowledged` are the identities of things that belong to
    no stream, were made anew and are taken for those recorded. `principals` are known and not levee's to make.
    """

    stack: str
    project: str = DEFAULT_PROJECT
    target: Target
    owner: str
    boundary: Boundary
    trusted_accounts: tuple[str, ...]
    global_names: tuple[Exemption, ...]
    cluster: ClusterSpec
    secrets: SecretStoreSpec
    classes: tuple[DataClass, ...]
    topics: tuple[PlannedTopic, ...]
    credentials: tuple[PlannedCredential, ...]
    sources: tuple[PlannedSource, ...]
    carriers: tuple[PlannedCarrier, ...]
    consumers: tuple[PlannedConsumer, ...]
    filters: tuple[PlannedFilter, ...]
    sinks: tuple[PlannedSink, ...]
    archives: tuple[PlannedArchive, ...]
    monitors: tuple[PlannedMonitor, ...]
    flows: tuple[Flow, ...]
    block: TargetBlock
    retire: Retirement | None = None
    acknowledged: tuple[str, ...] = ()
    principals: tuple[Outsider, ...] = ()
    origin: Origin

    @property
    def qualified_stack(self) -> str:
        """The owner that what this stack makes is marked with."""
        return f"{self.project}/{self.stack}"

    @property
    def approvals(self) -> frozenset[str]:
        """The marks of every approval: once this plan is deployed, they are spent."""
        return frozenset(each.mark(topic.stream) for topic in self.topics for each in topic.approvals)

    @property
    def own_key(self) -> str:
        """The name of the key that levee makes for the stack, where anything names it."""
        return self.block.own_key(self.stack, self.boundary.account, self.boundary.region)

    @property
    def has_own_key(self) -> bool:
        """Whether its secrets or an archive name it."""
        return self.own_key in {self.secrets.key, *(archive.archive.key for archive in self.archives)}
