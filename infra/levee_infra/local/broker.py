"""What configures a broker: its server.properties. Pure.

Settings and their meaning: https://kafka.apache.org/documentation/#brokerconfigs
"""

from __future__ import annotations

from pathlib import Path

from levee_infra.local import admin
from levee_infra.local.certificates import broker_path, ca_path
from levee_infra.local.settings import LOOPBACK, Node


def server_properties(node: Node, nodes: tuple[Node, ...], certificates: Path, data: Path) -> str:
    """The server.properties of `node` among `nodes`, with its log directory at `data`. Holds no secret: keys stay in
    the files of `certificates`.
    """
    sections = {
        "One node of a static quorum, broker and controller in one": _identity(node, nodes, data),
        "Clients: SCRAM over TLS. Brokers and controllers: mutual TLS": _listeners(node, certificates),
        "Nobody may do anything without an ACL": _authorization(nodes),
        "Few replicas down must not stop writes, none may lose them": _replication(len(nodes)),
        "A laptop's share: small buffers, quick answers": _laptop(),
    }
    return "\n".join(
        f"# {title}\n" + "".join(f"{key}={_escape(value)}\n" for key, value in section.items())
        for title, section in sections.items()
    )


def _identity(node: Node, nodes: tuple[Node, ...], data: Path) -> dict[str, object]:
    return {
        "process.roles": "broker,controller",
        "node.id": node.id,
        "broker.rack": node.rack,
        "replica.selector.class": "org.apache.kafka.common.replica.RackAwareReplicaSelector",
        "controller.quorum.voters": ",".join(f"{each.id}@{LOOPBACK}:{each.controller_port}" for each in nodes),
        "log.dirs": data,
    }


def _listeners(node: Node, certificates: Path) -> dict[str, object]:
    clients = f"CLIENT://{LOOPBACK}:{node.client_port}"
    brokers = f"INTERNAL://{LOOPBACK}:{node.internal_port}"
    controllers = f"CONTROLLER://{LOOPBACK}:{node.controller_port}"
    return {
        "listeners": f"{clients},{brokers},{controllers}",
        "advertised.listeners": f"{clients},{brokers}",
        "listener.security.protocol.map": "CLIENT:SASL_SSL,INTERNAL:SSL,CONTROLLER:SSL",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "INTERNAL",
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "listener.name.client.scram-sha-512.sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        ),
        "listener.name.client.ssl.client.auth": "none",
        "listener.name.internal.ssl.client.auth": "required",
        "listener.name.controller.ssl.client.auth": "required",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": broker_path(certificates, node.name),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": ca_path(certificates),
        "ssl.principal.mapping.rules": "RULE:^CN=([^,]+).*$/$1/,DEFAULT",
    }


def _authorization(nodes: tuple[Node, ...]) -> dict[str, object]:
    principals = (admin.USERNAME, *(node.name for node in nodes))
    return {
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "allow.everyone.if.no.acl.found": "false",
        "super.users": ";".join(f"User:{name}" for name in principals),
    }


def _replication(brokers: int) -> dict[str, object]:
    factor = min(3, brokers)
    in_sync = max(1, factor - 1)
    return {
        "auto.create.topics.enable": "false",
        "default.replication.factor": factor,
        "min.insync.replicas": in_sync,
        "offsets.topic.replication.factor": factor,
        "transaction.state.log.replication.factor": factor,
        "transaction.state.log.min.isr": in_sync,
        "share.coordinator.state.topic.replication.factor": factor,
        "share.coordinator.state.topic.min.isr": in_sync,
    }


def _laptop() -> dict[str, object]:
    return {
        "offsets.topic.num.partitions": 8,
        "transaction.state.log.num.partitions": 8,
        "share.coordinator.state.topic.num.partitions": 8,
        "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
        "group.initial.rebalance.delay.ms": 0,
        # By default every administrative write waits 25 ms for company.
        "controller.quorum.append.linger.ms": 0,
        # A broker that dies is noticed in 2 s instead of 9 s.
        "broker.session.timeout.ms": 2000,
        "initial.broker.registration.timeout.ms": 240_000,  # a killed broker that reads its users on a busy machine
        "broker.heartbeat.interval.ms": 400,
        # Kafka 4.3.1 may lose every SCRAM user while it replays the removal of one from the log's beginning; from a
        # snapshot on it can't (docs/decisions/0009-snapshots-of-the-metadata-log.md).
        "metadata.log.max.snapshot.interval.ms": 5000,
    }


def _escape(value: object) -> str:
    """A value as java.util.Properties reads it back: a backslash starts an escape there."""
    return str(value).replace("\\", "\\\\")
