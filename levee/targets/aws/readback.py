"""What resources of an AWS account say as they are registered, in the words in which rules judge a declaration.

One function for each kind. Whatever isn't known, or isn't of the form that a value has, is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from levee.model.cluster import AWS_SECRETS_MANAGER, PolicySpec, SecretStoreSpec
from levee.model.duration import Duration
from levee.model.name import PatternType
from levee.model.origin import Origin
from levee.model.stream import ArchiveSpec, Place, Trust
from levee.plan import type_tokens
from levee.plan.observed import (
    ANY_HOST,
    Access,
    AccessPolicy,
    Caller,
    CloudProvider,
    Encrypted,
    Principal,
    Said,
    StoredSecrets,
)
from levee.plan.part import Part, as_planned
from levee.plan.places import Holder, PlaceKind
from levee.plan.planned import Plan, PlannedArchive
from levee.plan.registered import Registered, as_text, is_known, parsed
from levee.plan.unknown import Unknown, unknown
from levee.targets.aws.actions import operations
from levee.targets.aws.defaults import DEFAULTS
from levee.targets.aws.iam.breadth import insiders, service_callers
from levee.targets.aws.iam.document import Document, Effect
from levee.targets.aws.iam.parsing import parse_document

_LOCKS: Final = ("NONE", "GOVERNANCE", "COMPLIANCE")
_NOBODY: Final = Document(())


@dataclass(frozen=True, slots=True)
class Reading:
    """One registered resource, and the part of the plan that it is; None for one that no file declares."""

    resource: Registered
    part: Part | None
    plan: Plan

    def value(self, name: str) -> Any:
        """An input as it counts."""
        default = DEFAULTS[self.resource.type].get(name)
        planned = default if self.part is None else self.part.inputs.get(name, default)
        given = as_planned(self.resource.properties.get(name), planned)
        return default if given is None else given

    def text(self, name: str) -> Any:
        """One that is a text; None where it isn't set."""
        return as_text(self.value(name), f"{name} of {self.resource.name}")

    def needed(self, name: str) -> Any:
        """One that is a text and must be set."""
        text = self.text(name)
        return unknown(f"{name} of {self.resource.name}") if text is None else text

    def texts(self, name: str) -> Iterator[Any]:
        """Those of a list. One that isn't known is one that isn't known."""
        listed = self.value(name)
        for each in listed if isinstance(listed, list | tuple) else () if listed is None else (listed,):
            yield as_text(each, f"{name} of {self.resource.name}", unknown(name))

    def document(self, name: str) -> Any:
        """A policy; without one nobody is let in, and nothing allowed."""
        text = self.text(name)
        try:
            return text if isinstance(text, Unknown) else _NOBODY if text is None else parse_document(text)
        except ValueError:
            return unknown(f"whom the {name} of {self.resource.name} lets in, which levee can't read,")

    @property
    def origin(self) -> Origin:
        """Where it is declared, and which resource it is."""
        return replace(self.part.origin if self.part else Origin("", ()), urn=self.resource.urn)

    def of_stack(self, *path: str) -> Origin:
        """A place in stack.yaml, and which resource it is."""
        return replace(self.plan.origin.at(*path), urn=self.resource.urn)


def _archive(each: Reading) -> Iterator[Said]:
    name, key, stream = each.needed("name"), each.text("keyArn"), each.resource.name
    bucket = name if is_known(name) else each.resource.name
    holder = Holder(f"stream/{stream}/archive", PlaceKind.ARCHIVE, each.origin, stream, bucket)
    yield from holder.name("bucket", name, "bucket")
    yield from holder.name("key", key, "encrypted_by", kind=PlaceKind.KEY)
    for replica in each.texts("replicas"):
        yield from replace(holder, buckets=True).name("destination", replica, "bucket")
    yield Encrypted(stream=stream, what=f"bucket {bucket}", key=key, origin=each.origin)
    yield AccessPolicy(name=each.resource.name, role=None, text=each.text("policy"), origin=each.origin)
    retention, lock = _retention(each), _lock(each)
    spec = ArchiveSpec(bucket=name, retention=retention, locked=lock, key=key, place=Place(), origin=each.origin)
    yield PlannedArchive(stream=stream, archive=spec)


def _retention(each: Reading) -> Any:
    """How long everything stays: what expires before its lock ends is hidden by then."""
    days = [each.value("retentionDays"), each.value("expireAfterDays")]
    if not all(isinstance(day, int | float) and not isinstance(day, bool) for day in days):
        return unknown(f"the retention of archive {each.resource.name}")
    return Duration.days(int(min(day for day in days if day or day is days[0])))


def _lock(each: Reading) -> Any:
    """Whether it is locked as its class demands: S3 locks versions, and has none without versioning."""
    mode, versioned = each.value("lockMode"), each.value("versioned")
    if not (mode in _LOCKS if isinstance(mode, str) else False) or not isinstance(versioned, bool):
        return False if mode is None else unknown(f"the lock of archive {each.resource.name}")
    least = _LOCKS.index(str(each.part.inputs["lockMode"])) if each.part else 1
    return versioned and _LOCKS.index(mode) >= max(least, 1)


def _key(each: Reading) -> Iterator[Said]:
    yield AccessPolicy(name=each.resource.name, role=None, text=each.text("policy"), origin=each.origin)


def _secret(each: Reading) -> Iterator[Said]:
    key, origin = each.text("keyArn"), each.of_stack("secrets")
    yield from Holder("secrets/key", PlaceKind.KEY, origin).name("key", key, "encrypted_by")
    for region in each.texts("replicas"):
        yield from Holder("secrets/key", PlaceKind.SECRET, origin).region(region, what="copy of a secret")
    store = SecretStoreSpec(kind=AWS_SECRETS_MANAGER, prefix=each.needed("name"), key=key)
    yield StoredSecrets(store=store, origin=each.of_stack())


def _association(each: Reading) -> Iterator[Said]:
    yield from _of_cluster(each)
    holder = Holder("secrets", PlaceKind.SECRET, each.of_stack("secrets"))
    for secret in each.texts("secretArns"):
        yield from holder.name("secret", secret)
    store = SecretStoreSpec(kind=AWS_SECRETS_MANAGER, prefix=each.needed("prefix"), key=each.plan.secrets.key)
    yield StoredSecrets(store=store, origin=each.of_stack())


def _of_cluster(each: Reading) -> Iterator[Said]:
    holder = Holder("aws", PlaceKind.CLUSTER, each.of_stack("aws"))
    yield from holder.name("cluster", each.needed("clusterArn"), "cluster_arn")


def _cluster_policy(each: Reading) -> Iterator[Said]:
    yield from _of_cluster(each)
    yield AccessPolicy(name=each.resource.name, role=None, text=each.text("policy"), origin=each.origin)
    listed = tuple(each.texts("allowedAccounts"))
    document = each.document("policy")
    if not is_known(document):
        yield PolicySpec(organization=document, accounts=document, origin=each.origin)
        return
    for organization, accounts in insiders(document):
        yield PolicySpec(organization=organization, accounts=accounts, origin=each.origin)
    if listed:
        yield PolicySpec(organization=None, accounts=listed, origin=each.origin)


def _stream(each: Reading) -> Iterator[Said]:
    name, key, stream = each.needed("name"), each.text("keyArn"), each.resource.name.partition(".")[0]
    yield from Holder("secrets/key", PlaceKind.KEY, each.of_stack("secrets"), stream).name("key", key, "encrypted_by")
    what = f"data stream {name if is_known(name) else each.resource.name}"
    yield Encrypted(stream=stream, what=what, key=key, origin=each.origin)


def _subscription(each: Reading) -> Iterator[Said]:
    stream, _, service = each.resource.name.partition(".")
    holder = Holder(f"stream/{stream}/source/{service}", PlaceKind.SOURCE, each.origin, stream, service)
    yield from holder.name("destination", each.needed("destinationArn"))
    yield from holder.name("role", each.needed("roleArn"), kind=PlaceKind.IDENTITY)


def _alarm(each: Reading) -> Iterator[Said]:
    holder = Holder("aws", PlaceKind.ALARM, each.of_stack("aws"))
    for name in ("actions", "okActions", "insufficientDataActions"):
        for action in each.texts(name):
            yield from holder.name("hearer of alarms", action, "alarm_actions")


def _role(each: Reading) -> Iterator[Said]:
    service = each.part.service if each.part else None
    name = each.text("name")
    yield AccessPolicy(name=each.resource.name, role=name, text=each.text("trust"), origin=each.origin)
    holder = Holder(f"service/{service or each.resource.name}", PlaceKind.IDENTITY, each.origin)
    yield from holder.name("permissions boundary", each.text("permissionsBoundary"))
    trust = each.document("trust")
    for account, arn in service_callers(trust) if is_known(trust) else ((trust, trust),):
        spec = Trust(source_account=account, source_arn=arn)
        yield Caller(role=unknown("the role's name") if name is None else name, trust=spec, origin=each.origin)
    access = _access(each)
    if not is_known(access) or access:
        yield Principal(
            name=f"role {each.resource.name}",
            label=service or each.resource.name,
            service=service,
            owner=None,
            access=access,
            origin=each.origin,
        )


def _access(each: Reading) -> Any:
    """What its policy lets it do on Kafka, at most: neither conditions nor denials are taken into account."""
    document = each.document("policy")
    if not is_known(document):
        return document
    if next(each.texts("foreignPolicies"), None) is not None:
        return unknown(f"what other policies let {each.resource.name} do")
    return tuple(
        Access(
            allows=True,
            operation=operation,
            resource_type=kind,
            name=name,
            pattern=pattern.value,
            host=ANY_HOST,
            origin=each.origin,
        )
        for statement in document.statements
        if statement.effect is Effect.ALLOW
        for resource in statement.resources or ("*",)
        for operation, kind in operations(statement.actions, statement.not_actions)
        for name, pattern in _named(resource, kind)
    )


_KINDS: Final = {"transactionalid": "transactional-id"}


def _named(resource: str, kind: str) -> Iterator[tuple[str, PatternType]]:
    """The names of this kind that an ARN reaches; none where it is of another kind."""
    parts = resource.split(":", 5)
    place = parts[5] if len(parts) == 6 else "*"
    of_kind, _, rest = place.partition("/")
    if "*" in of_kind or "?" in of_kind:
        yield "", PatternType.PREFIXED
    elif of_kind == _KINDS.get(kind, kind):
        name = rest.split("/", 2)[2] if rest.count("/") > 1 else ("" if "*" in rest else rest)
        literal = name.split("*")[0].split("?")[0]
        yield literal, PatternType.LITERAL if literal == name and name else PatternType.PREFIXED


READBACK: Final[Mapping[str, Callable[[Reading], Iterator[Said]]]] = {
    type_tokens.AWS_KEY: _key,
    type_tokens.AWS_SECRET: _secret,
    type_tokens.AWS_ROLE: _role,
    type_tokens.AWS_SCRAM_ASSOCIATION: _association,
    type_tokens.AWS_CLUSTER_POLICY: _cluster_policy,
    type_tokens.AWS_ARCHIVE_BUCKET: _archive,
    type_tokens.AWS_DATA_STREAM: _stream,
    type_tokens.AWS_LOG_SUBSCRIPTION: _subscription,
    type_tokens.AWS_ALARM: _alarm,
}


def read_back(resource: Registered, part: Part | None, plan: Plan) -> Iterator[Said]:
    """What one resource says."""
    return READBACK[resource.type](Reading(resource, part, plan))


def read_provider(resource: Registered, plan: Plan) -> Iterator[Said]:
    """The account, the region and the API under `aws`, where the levee provider has them."""
    section = resource.properties.get("aws")
    if section is None:
        return
    inner = parsed(section) if isinstance(section, str) else section
    nothing = dict.fromkeys(("account", "region", "endpoint"), unknown(f"the account of provider {resource.name}"))
    settings = replace(resource, properties=inner if isinstance(inner, Mapping) else nothing)
    account = settings.text("account")
    yield CloudProvider(
        name=resource.name,
        cloud="aws",
        region=settings.text("region"),
        accounts=None if account is None else (account,),
        origin=Origin("", (), resource.urn),
    )
    holder = Holder("aws", PlaceKind.API, replace(plan.origin.at("aws"), urn=resource.urn))
    yield from holder.name("endpoint", settings.text("endpoint"), "endpoint")
