"""A stream file's values, once its schema takes them, as a StreamSpec."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from levee.fields.values import a_date, a_duration, a_size
from levee.loading.schema.settings import setting_text
from levee.model.approval import Approval, GuardedChange
from levee.model.data_class import DataClass
from levee.model.name import NamePattern
from levee.model.origin import Origin
from levee.model.stream import (
    Adoption,
    ArchiveSpec,
    ConsumerSpec,
    MonitorKind,
    MonitorSpec,
    Place,
    ProducerProfile,
    Retirement,
    SinkKind,
    SinkSpec,
    SourceKind,
    SourceSpec,
    StreamSpec,
    Trust,
)

Values = Mapping[str, Any]


def stream_spec(key: str, values: Values, data_class: DataClass | None, origin: Origin) -> StreamSpec:
    """The stream. Where its class is not known, what it would give is 0: a run that has that ends in errors."""
    size = values.get("retention_size")
    archive, retire, adopt = values.get("archive"), values.get("retire"), values.get("adopt")
    return StreamSpec(
        key=key,
        topic=values["topic"],
        description=values.get("description", ""),
        owner=values["owner"],
        cost_centre=values.get("cost_centre"),
        legal_basis=values.get("legal_basis"),
        data_class=values["class"],
        partitions=values["partitions"],
        replication=values.get("replication", data_class.replication if data_class else 0),
        min_insync=values.get("min_insync", data_class.min_insync if data_class else 0),
        retention=a_duration(values["retention"]),
        retention_size=None if size is None else a_size(size),
        settings={name: setting_text(setting) for name, setting in sorted(values.get("settings", {}).items())},
        sources=tuple(_source(*each) for each in items(values, "sources", origin)),
        consumers=tuple(_consumer(*each) for each in items(values, "consumers", origin)),
        filter=values.get("filter"),
        sinks=tuple(_sink(*each) for each in items(values, "sinks", origin)),
        archive=None if archive is None else _archive(archive, origin.at("archive")),
        monitors=tuple(_monitor(*each) for each in items(values, "monitors", origin)),
        retire=None if retire is None else retirement(retire, origin.at("retire")),
        adopt=None if adopt is None else _adoption(adopt, origin.at("adopt")),
        approvals=tuple(approval(*each) for each in items(values, "approve", origin)),
        origin=origin,
    )


def patterns(texts: list[str]) -> tuple[NamePattern, ...]:
    """Exact names and prefixes, as written."""
    return tuple(NamePattern.parse(text) for text in texts)


def items(values: Values, key: str, origin: Origin) -> list[tuple[Values, Origin]]:
    """The items of a list under a key, each with its origin; None in place of one stands for nothing."""
    return [(item, origin.at(key, index)) for index, item in enumerate(values.get(key, ())) if item is not None]


def _place(values: Values) -> Place:
    return Place(account=values.get("account"), region=values.get("region"))


def _trust(values: Values) -> Trust | None:
    if "trust" not in values:
        return None
    trust = values["trust"]
    return Trust(source_account=trust.get("source_account"), source_arn=trust.get("source_arn"))


def _source(values: Values, origin: Origin) -> SourceSpec:
    return SourceSpec(
        service=values["service"],
        kind=SourceKind(values["kind"]),
        place=_place(values),
        transactional_ids=patterns(values.get("transactional_ids", [])),
        identity=values.get("identity"),
        trust=_trust(values),
        producer=ProducerProfile(**values["producer"]) if "producer" in values else None,
        log_group=values.get("log_group"),
        log_pattern=values.get("log_pattern", ""),
        origin=origin,
    )


def _consumer(values: Values, origin: Origin) -> ConsumerSpec:
    return ConsumerSpec(
        service=values["service"],
        place=_place(values),
        groups=patterns(values["groups"]),
        transfer_basis=values.get("transfer_basis"),
        origin=origin,
    )


def _sink(values: Values, origin: Origin) -> SinkSpec:
    return SinkSpec(
        name=values["name"],
        kind=SinkKind(values["kind"]),
        service=values["service"],
        destination=values["destination"],
        place=_place(values),
        role=values.get("role"),
        trust=_trust(values),
        settings={name: setting_text(value) for name, value in sorted(values.get("settings", {}).items())},
        dead_letter=values.get("dead_letter"),
        external=values.get("external", False),
        register_entry=values.get("register_entry"),
        origin=origin,
    )


def _archive(values: Values, origin: Origin) -> ArchiveSpec:
    return ArchiveSpec(
        bucket=values["bucket"],
        retention=a_duration(values["retention"]),
        locked=values["locked"],
        key=values.get("encrypted_by"),
        place=_place(values),
        origin=origin,
    )


def _monitor(values: Values, origin: Origin) -> MonitorSpec:
    return MonitorSpec(
        kind=MonitorKind(values["kind"]),
        window=a_duration(values["window"]),
        threshold=values.get("threshold"),
        origin=origin,
    )


def retirement(values: Values, origin: Origin) -> Retirement:
    """The dated entry of a stream's file or a stack's."""
    return Retirement(
        on=a_date(values["on"]),
        approved_by=values["approved_by"],
        reason=values["reason"],
        ticket=values["ticket"],
        let_go=values.get("let_go", False),
        deletes=values.get("deletes"),
        origin=origin,
    )


def _adoption(values: Values, origin: Origin) -> Adoption:
    return Adoption(
        on=a_date(values["on"]),
        approved_by=values["approved_by"],
        reason=values["reason"],
        ticket=values["ticket"],
        origin=origin,
    )


def approval(values: Values, origin: Origin) -> Approval:
    """One entry of a stream's `approve` or a stack's."""
    return Approval(
        change=GuardedChange(values["change"]),
        service=values.get("service"),
        identity=values.get("identity"),
        until=a_date(values["until"]),
        approved_by=values["approved_by"],
        reason=values["reason"],
        ticket=values["ticket"],
        origin=origin,
    )
