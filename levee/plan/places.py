"""Every place that a declaration names: regions, accounts, ARNs, CRNs, hosts, buckets.

The rules on location and account look at these and at nothing else: what holds a place is judged once it stands here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from levee.model.cluster import ClusterSpec
from levee.model.origin import Origin
from levee.model.stack import StackSpec
from levee.model.stream import ArchiveSpec, ConsumerSpec, Place, SinkKind, SinkSpec, SourceSpec, Trust
from levee.plan.planned import ExistingPrincipal, Plan

_HERE: Final = Place()
_REGION_SETTING: Final = re.compile(r"(?:^|[._-])regions?(?:[._-](?:name|id))?", re.IGNORECASE)
_ACCOUNT_SETTING: Final = re.compile(r"(?:^|[._-])account(?:[._-]?id)?", re.IGNORECASE)
_BETWEEN_WORDS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ACCOUNT: Final = re.compile(r"[0-9]{12}|[0-9a-f]{32}")
_CLOUD_NAME: Final = re.compile(r"(?:arn|crn):")


class PlaceKind(StrEnum):
    """What lies there."""

    SOURCE = "source"
    SINK = "sink"
    ARCHIVE = "archive"
    CONSUMER = "consumer"
    LINK = "link"
    KEY = "key"
    SECRET = "secret"  # noqa: S105 - the word, not a secret
    LOGS = "logs"
    BROKERS = "brokers"
    CLUSTER = "cluster"
    PEER = "peer"
    IDENTITY = "identity"
    CALLER = "caller"
    ALARM = "alarm"
    API = "api"


class Form(StrEnum):
    """How a place is written."""

    REGION = "region"
    ACCOUNT = "account"
    NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPlace:
    """One place by one of its names. `subject` is what reports call whatever names it, `what` reads on after `the`.

    `stream` is whose records are concerned: None, those of all. `hop` is its name in `global_names`. `declared` is what
    its file says beside the name; None there means that the file doesn't say. `on_record`: other rules
    demand that it is on record why records go there: an entry in the register of third parties, a transfer's basis.
    `is_bucket`: it names a bucket, whatever its form.
    """

    subject: str
    kind: PlaceKind
    form: Form
    what: str
    text: str
    origin: Origin
    stream: str | None = None
    hop: str = ""
    declared: Place = _HERE
    on_record: bool = False
    is_bucket: bool = False


def places(plan: Plan) -> Iterator[NamedPlace]:
    """Those of a plan, each once."""
    yield from _of_stack(plan)
    for credential in plan.credentials:
        if isinstance(credential.realized_as, ExistingPrincipal):
            yield from principal_places(f"service/{credential.service}", credential.realized_as.name, credential.origin)
    for source in plan.sources:
        yield from _source(source.stream, source.source)
    for consumer in plan.consumers:
        yield from consumer_places(consumer.stream, consumer.consumer)
    for sink in plan.sinks:
        yield from sink_places(sink.stream, sink.sink)
    for archive in plan.archives:
        yield from _archive(archive.stream, archive.archive)


def principal_places(subject: str, name: str, origin: Origin) -> Iterator[NamedPlace]:
    """Those of a principal that was made elsewhere. Of other forms, such as a certificate's subject, nobody can tell
    where they are.
    """
    if _CLOUD_NAME.match(name):
        yield from Holder(subject, PlaceKind.IDENTITY, origin).name("principal", name, "principal")


def declared_places(stack: StackSpec) -> Iterator[NamedPlace]:
    """Those of a stack as its files have it."""
    yield from _of_stack(stack)
    for stream in stack.streams:
        for source in stream.sources:
            yield from _source(stream.key, source)
        for consumer in stream.consumers:
            yield from consumer_places(stream.key, consumer)
        for sink in stream.sinks:
            yield from sink_places(stream.key, sink)
        if stream.archive is not None:
            yield from _archive(stream.key, stream.archive)


@dataclass(frozen=True, slots=True)
class Holder:
    """Whatever names places: the fields that they have in common."""

    subject: str
    kind: PlaceKind
    origin: Origin
    stream: str | None = None
    hop: str = ""
    declared: Place = _HERE
    on_record: bool = False
    buckets: bool = False

    def name(  # noqa: D102 - of these five the names say it
        self, what: str, text: str | None, *path: str | int, kind: PlaceKind | None = None
    ) -> Iterator[NamedPlace]:
        return self._one(Form.NAME, what, text, path, kind)

    def region(self, text: str | None, *path: str | int, what: str = "region") -> Iterator[NamedPlace]:  # noqa: D102
        return self._one(Form.REGION, what, text, path or ("region",))

    def account(  # noqa: D102
        self, text: str | None, *path: str | int, what: str = "account", kind: PlaceKind | None = None
    ) -> Iterator[NamedPlace]:
        return self._one(Form.ACCOUNT, what, text, path or ("account",), kind)

    def place(self, place: Place) -> Iterator[NamedPlace]:  # noqa: D102
        yield from self.region(place.region)
        yield from self.account(place.account)

    def trust(self, trust: Trust | None) -> Iterator[NamedPlace]:  # noqa: D102
        if trust is not None:
            account, caller = trust.source_account, trust.source_arn
            yield from self.account(account, "trust", "source_account", what="trusted account", kind=PlaceKind.CALLER)
            yield from self.name("trusted caller", caller, "trust", "source_arn", kind=PlaceKind.CALLER)

    def settings(self, settings: Mapping[str, str]) -> Iterator[NamedPlace]:
        """A connector's or a broker's own: some are called after the region or the account that they hold."""
        for key, value in settings.items():
            what = f"setting {key}"
            if _ends(_REGION_SETTING, key):
                for region in value.split(","):
                    yield from self.region(_spelled(region), "settings", key, what=what)
            elif _ends(_ACCOUNT_SETTING, key) and _ACCOUNT.fullmatch(value):
                yield from self.account(value, "settings", key, what=what)
            else:
                yield from self.name(what, value, "settings", key)

    def _one(
        self, form: Form, what: str, text: str | None, path: tuple[str | int, ...], kind: PlaceKind | None = None
    ) -> Iterator[NamedPlace]:
        if text is not None:
            yield NamedPlace(
                subject=self.subject,
                kind=kind or self.kind,
                form=form,
                what=what,
                text=text,
                origin=self.origin.at(*path),
                stream=self.stream,
                hop=self.hop or text,
                declared=self.declared,
                on_record=self.on_record,
                is_bucket=self.buckets and what == "destination",
            )


def _spelled(region: str) -> str:
    """As the clouds spell it: connectors take `EU_WEST_1`, too."""
    return region.strip().lower().replace("_", "-")


def _ends(form: re.Pattern[str], key: str) -> bool:
    """Whether the last words of a setting's name are of this form: `aws.s3.region`, `kinesisRegion`."""
    words = _BETWEEN_WORDS.sub(".", key)
    return any(found.end() == len(words) for found in form.finditer(words))


def _of_stack(stack: Plan | StackSpec) -> Iterator[NamedPlace]:
    cluster, origin = stack.cluster, stack.origin.at("cluster")
    yield from _cluster(cluster, origin)
    secrets = Holder("secrets/key", PlaceKind.KEY, stack.origin.at("secrets"))
    yield from secrets.name("key", stack.secrets.key, "encrypted_by")
    block = Holder(stack.target, PlaceKind.API, stack.block.origin)
    yield from block.name("endpoint", stack.block.endpoint, "endpoint")
    for kind, what, text, path in stack.block.places():
        yield from block.name(what, text, *path, kind=PlaceKind(kind))


def _cluster(cluster: ClusterSpec, origin: Origin) -> Iterator[NamedPlace]:
    brokers = Holder("cluster", PlaceKind.BROKERS, origin)
    for index, address in enumerate(cluster.bootstrap):
        yield from brokers.name("broker", address, "bootstrap", index)
    for index, address in enumerate(cluster.security.admin_bootstrap):
        yield from brokers.name("broker", address, "security", "admin", "bootstrap", index)
    yield from Holder("cluster", PlaceKind.CLUSTER, origin).settings(cluster.settings)
    keys = Holder("cluster/key", PlaceKind.KEY, origin.at("encryption"))
    yield from keys.name("key", cluster.encryption.key, "encrypted_by")
    for index, replica in enumerate(cluster.encryption.replicas):
        yield from keys.name("copy of the key", replica, "replicas", index)
    for peer in cluster.network.peers:
        yield from Holder(f"cluster/peer/{peer.name}", PlaceKind.PEER, peer.origin).account(peer.account)
    if cluster.policy is not None:
        policy = Holder("cluster/policy", PlaceKind.PEER, cluster.policy.origin)
        for index, account in enumerate(cluster.policy.accounts):
            yield from policy.account(account, "accounts", index)
    for log in cluster.logs:
        place = Place(account=log.account, region=log.region)
        logs = Holder(f"cluster/logs/{log.name}", PlaceKind.LOGS, log.origin, hop=log.name, declared=place)
        yield from logs.place(place)
        yield from logs.name("destination", log.destination, "destination")
    for link in cluster.links:
        place = Place(account=link.account, region=link.region)
        yield from Holder(f"cluster/link/{link.name}", PlaceKind.LINK, link.origin, hop=link.name).place(place)


def _source(stream: str, source: SourceSpec) -> Iterator[NamedPlace]:
    holder = Holder(
        f"stream/{stream}/source/{source.service}",
        PlaceKind.SOURCE,
        source.origin,
        stream,
        source.service,
        source.place,
    )
    yield from holder.place(source.place)
    yield from holder.name("identity", source.identity, "identity", kind=PlaceKind.IDENTITY)
    yield from holder.trust(source.trust)


def consumer_places(stream: str, consumer: ConsumerSpec) -> Iterator[NamedPlace]:
    """Those of one consumer."""
    subject = f"stream/{stream}/consumer/{consumer.service}"
    on_record = bool(consumer.transfer_basis)
    holder = Holder(subject, PlaceKind.CONSUMER, consumer.origin, stream, consumer.service, consumer.place, on_record)
    yield from holder.place(consumer.place)


def sink_places(stream: str, sink: SinkSpec) -> Iterator[NamedPlace]:
    """Those of one sink."""
    subject, buckets = f"stream/{stream}/sink/{sink.name}", sink.kind is SinkKind.S3
    holder = Holder(subject, PlaceKind.SINK, sink.origin, stream, sink.destination, sink.place, sink.external, buckets)
    yield from holder.place(sink.place)
    yield from holder.name("destination", sink.destination, "destination")
    yield from holder.name("role", sink.role, "role", kind=PlaceKind.IDENTITY)
    yield from holder.trust(sink.trust)
    yield from holder.settings(sink.settings)


def _archive(stream: str, archive: ArchiveSpec) -> Iterator[NamedPlace]:
    subject = f"stream/{stream}/archive"
    holder = Holder(subject, PlaceKind.ARCHIVE, archive.origin, stream, archive.bucket, archive.place)
    yield from holder.place(archive.place)
    yield from holder.name("bucket", archive.bucket, "bucket")
    yield from holder.name("key", archive.key, "encrypted_by", kind=PlaceKind.KEY)
