"""The values of `stack.yaml` and `classes.yaml`, once their schemas take them, as typed values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from levee.loading.schema.values import a_duration, topic_prefix
from levee.loading.stream_values import patterns
from levee.model.cluster import ClusterSpec, Mechanism, Protocol, SecretReference, SecretStoreSpec, Security
from levee.model.data_class import DataClass
from levee.model.duration import Duration
from levee.model.origin import Origin
from levee.model.role import Role
from levee.model.service import GrantSpec, Previous, ServiceSpec
from levee.model.stack import StackSpec, Target
from levee.model.stream import StreamSpec

Values = Mapping[str, Any]


def stack_spec(
    name: str, values: Values, classes: Mapping[str, DataClass], streams: tuple[StreamSpec, ...], origin: Origin
) -> StackSpec:
    """The stack with its classes and streams."""
    services = values.get("services", {})
    return StackSpec(
        name=name,
        target=Target(values["target"]),
        account=values["account"],
        region=values["region"],
        jurisdiction=values["jurisdiction"],
        owner=values["owner"],
        cluster=_cluster(values["cluster"]),
        secrets=SecretStoreSpec(kind=values["secrets"]["store"], directory=values["secrets"]["directory"]),
        services={key: _service(key, services[key], origin.at("services", key)) for key in sorted(services)},
        streams=streams,
        classes=classes,
        origin=origin,
    )


def data_classes(values: Values, origin: Origin) -> dict[str, DataClass]:
    """The data classes by name, in order."""
    classes = values["classes"]
    return {name: _data_class(name, classes[name], origin.at("classes", name)) for name in sorted(classes)}


def _data_class(name: str, values: Values, origin: Origin) -> DataClass:
    retention = values.get("retention", {})
    return DataClass(
        name=name,
        description=values["description"],
        regulated=values["regulated"],
        jurisdictions=tuple(values.get("jurisdictions", ())),
        retention_floor=_duration(retention.get("floor")),
        retention_ceiling=_duration(retention.get("ceiling")),
        replication=values["replication"],
        min_insync=values["min_insync"],
        archive_required=values.get("archive_required", False),
        customer_key_required=values.get("customer_key_required", False),
        readers=tuple(values.get("readers", ())),
        origin=origin,
    )


def _duration(text: str | None) -> Duration | None:
    return None if text is None else a_duration(text)


def _cluster(values: Values) -> ClusterSpec:
    security = values["security"]
    admin = security["admin"]
    return ClusterSpec(
        id=values["id"],
        bootstrap=tuple(values["bootstrap"]),
        brokers=values["brokers"],
        security=Security(
            protocol=Protocol(security["protocol"]),
            mechanism=Mechanism(security["mechanism"]),
            ca_file=security.get("ca_file"),
            admin_username=admin["username"],
            admin_password=SecretReference(file=admin.get("password_file"), environment=admin.get("password_env")),
        ),
    )


def _service(name: str, values: Values, origin: Origin) -> ServiceSpec:
    grants = values.get("grants", ())
    return ServiceSpec(
        name=name,
        owner=values.get("owner"),
        generation=values.get("generation", 1),
        previous=Previous(values.get("previous", Previous.VALID)),
        rotate_every=_duration(values.get("rotate_every")),
        grants=tuple(_grant(grant, origin.at("grants", index)) for index, grant in enumerate(grants)),
        origin=origin,
    )


def _grant(values: Values, origin: Origin) -> GrantSpec:
    topics = values.get("topics")
    return GrantSpec(
        role=Role(values["role"]),
        streams=tuple(values.get("streams", ())),
        topics=None if topics is None else topic_prefix(topics),
        groups=patterns(values.get("groups", [])),
        origin=origin,
    )
