"""The values of `stack.yaml` and `classes.yaml`, once their schemas take them, as typed values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from levee.fields.values import a_duration, a_name_or_all, a_principal, topic_prefix
from levee.loading.schema.login import admin_login
from levee.loading.schema.settings import setting_text
from levee.loading.stream_values import approval, items, patterns, retirement
from levee.model.cluster import (
    ClientTraffic,
    ClusterSpec,
    EncryptionSpec,
    Link,
    LogSink,
    Mechanism,
    Metrics,
    NetworkSpec,
    Peer,
    PolicySpec,
    Protocol,
    SecretStoreSpec,
    Security,
)
from levee.model.data_class import ArchiveLock, DataClass
from levee.model.duration import Duration
from levee.model.login import Login
from levee.model.origin import Origin
from levee.model.outsider import CLUSTER_NAME, EVERY_HOST, Outsider, OutsiderOperation, OutsiderRight
from levee.model.role import Role
from levee.model.service import GrantSpec, Previous, ServiceSpec
from levee.model.stack import Exemption, StackSpec, Target
from levee.model.stream import MonitorKind, StreamSpec
from levee.targets.registry import MODELS

Values = Mapping[str, Any]


def stack_spec(
    name: str, values: Values, classes: Mapping[str, DataClass], streams: tuple[StreamSpec, ...], origin: Origin
) -> StackSpec:
    """The stack with its classes and streams."""
    services, target = values.get("services", {}), Target(values["target"])
    return StackSpec(
        name=name,
        target=target,
        account=values["account"],
        region=values["region"],
        jurisdiction=values["jurisdiction"],
        owner=values["owner"],
        cost_centre=values.get("cost_centre"),
        trusted_accounts=tuple(values.get("trusted_accounts", ())),
        global_names=tuple(Exemption(**each, origin=at) for each, at in items(values, "global_names", origin)),
        cluster=_cluster(values["cluster"], origin.at("cluster"), _admin(values)),
        secrets=_secrets(values["secrets"]),
        services={key: _service(key, services[key], origin.at("services", key)) for key in sorted(services)},
        principals=tuple(_outsiders(values.get("principals", {}), origin)),
        streams=streams,
        classes=classes,
        block=MODELS[target].block(values.get(target, {}), origin.at(target)),
        retire=retirement(values["retire"], origin.at("retire")) if "retire" in values else None,
        approvals=tuple(approval(*each) for each in items(values, "approve", origin)),
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
        archive_lock=ArchiveLock(values.get("archive_lock", ArchiveLock.GOVERNANCE)),
        customer_key_required=values.get("customer_key_required", False),
        separate_logs_required=values.get("separate_logs_required", False),
        monitors_required=tuple(MonitorKind(kind) for kind in values.get("monitors_required", ())),
        rotation_ceiling=_duration(values.get("rotation_ceiling")),
        personal_data=values.get("personal_data", False),
        readers=tuple(values.get("readers", ())),
        destinations=tuple(values.get("destinations", ())),
        origin=origin,
    )


def _outsiders(values: Values, origin: Origin) -> Iterator[Outsider]:
    for name in sorted(values):
        declared = values[name]
        rights = {
            OutsiderRight(
                resource_type=right["on"],
                pattern=a_name_or_all(named),
                operation=OutsiderOperation(operation),
                host=right.get("host", EVERY_HOST),
            )
            for right in declared["rights"]
            for named in right.get("names", [CLUSTER_NAME])
            for operation in right["operations"]
        }
        yield Outsider(
            name=name,
            owner=declared["owner"],
            reason=declared["reason"],
            rights=tuple(sorted(rights)),
            origin=origin.at("principals", name),
        )


def _duration(text: str | None) -> Duration | None:
    return None if text is None else a_duration(text)


def _secrets(values: Values) -> SecretStoreSpec:
    return SecretStoreSpec(
        kind=values["store"],
        directory=values.get("directory", ""),
        prefix=values.get("prefix"),
        key=values.get("encrypted_by"),
    )


def _admin(values: Values) -> Login:
    admin = values["cluster"]["security"]["admin"]
    return admin_login(admin, values["region"], values.get(values["target"], {}))


def _cluster(values: Values, origin: Origin, admin: Login) -> ClusterSpec:
    security = values["security"]
    return ClusterSpec(
        id=values["id"],
        bootstrap=tuple(values["bootstrap"]),
        brokers=values["brokers"],
        security=Security(
            protocol=Protocol(security["protocol"]),
            mechanism=Mechanism(security["mechanism"]) if "mechanism" in security else None,
            ca_file=security.get("ca_file"),
            admin=admin,
            admin_bootstrap=tuple(security["admin"].get("bootstrap", ())),
        ),
        settings={name: setting_text(value) for name, value in sorted(values.get("settings", {}).items())},
        network=_network(values.get("network", {}), origin.at("network")),
        encryption=_encryption(values.get("encryption", {})),
        policy=_policy(values["policy"], origin.at("policy")) if "policy" in values else None,
        logs=tuple(_log_sink(*each) for each in items(values, "logs", origin)),
        metrics=Metrics(values["metrics"]) if "metrics" in values else None,
        links=tuple(_link(*each) for each in items(values, "links", origin)),
    )


def _network(values: Values, origin: Origin) -> NetworkSpec:
    return NetworkSpec(
        public=values.get("public"),
        unauthenticated=values.get("unauthenticated"),
        boundary=values.get("boundary"),
        peers=tuple(Peer(**each, origin=at) for each, at in items(values, "peers", origin)),
    )


def _encryption(values: Values) -> EncryptionSpec:
    return EncryptionSpec(
        clients=ClientTraffic(values["clients"]) if "clients" in values else None,
        between_brokers=values.get("between_brokers"),
        key=values.get("encrypted_by"),
        replicas=tuple(values.get("replicas", ())),
    )


def _policy(values: Values, origin: Origin) -> PolicySpec:
    return PolicySpec(
        organization=values.get("organization"), accounts=tuple(values.get("accounts", ())), origin=origin
    )


def _log_sink(values: Values, origin: Origin) -> LogSink:
    return LogSink(
        name=values["name"],
        destination=values["destination"],
        account=values.get("account"),
        region=values.get("region"),
        origin=origin,
    )


def _link(values: Values, origin: Origin) -> Link:
    return Link(name=values["name"], account=values.get("account"), region=values["region"], origin=origin)


def _service(name: str, values: Values, origin: Origin) -> ServiceSpec:
    return ServiceSpec(
        name=name,
        owner=values.get("owner"),
        generation=values.get("generation", 1),
        previous=Previous(values.get("previous", Previous.VALID)),
        rotate_every=_duration(values.get("rotate_every")),
        assumed_by=values.get("assumed_by"),
        principal=a_principal(values["principal"]) if "principal" in values else None,
        grants=tuple(_grant(*each) for each in items(values, "grants", origin)),
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
