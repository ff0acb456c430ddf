"""Brokers' settings that open a way in, take encryption away or lose records, with the values that don't.

Sources: Kafka 4.3 broker configurations (https://kafka.apache.org/43/configuration/broker-configs/: names, defaults),
KIP-103 and KIP-684 (`listener.name.<listener>.` before a setting), RFC 9325 (TLS versions and cipher suites),
Kafka 3.9 for what ZooKeeper needs. Kafka reads names by case; what is declared is judged however it is spelled.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple

_LISTENER: Final = re.compile(r"listener\.name\.([^.]+)\.(.+)")
_CIPHER: Final = re.compile(
    r"TLS_(?:AES_(?:128|256)_(?:GCM|CCM)_SHA(?:256|384)|CHACHA20_POLY1305_SHA256"
    r"|(?:ECDHE_ECDSA|ECDHE_RSA|DHE_RSA)_WITH_(?:AES_(?:128|256)_(?:GCM|CCM)(?:_SHA(?:256|384))?|CHACHA20_POLY1305_SHA256))"
)
_WHOLE: Final = re.compile(r"-?[0-9]{1,19}")
WEEK_MINUTES: Final = 10_080


class SettingName(NamedTuple):
    """A setting's name in lower case, and the listener (upper case) that it is for; none where it is for all."""

    listener: str | None
    name: str


def setting_name(written: str) -> SettingName:
    """The setting that is meant, however it is spelled."""
    plain = written.strip().lower()
    form = _LISTENER.fullmatch(plain)
    return SettingName(None, plain) if form is None else SettingName(form[1].upper(), form[2])


def items(value: str, separator: str = ",") -> list[str]:
    """The items of a list as Kafka reads it."""
    return [item.strip() for item in value.split(separator) if item.strip()]


@dataclass(frozen=True, slots=True)
class SafeValue:
    """Which values do no harm, in code and in words, and what others do."""

    takes: Callable[[str], bool]
    expected: str
    why: str


def _one_of(why: str, *values: str) -> SafeValue:
    known = frozenset(value.lower() for value in values)
    return SafeValue(lambda value: value.strip().lower() in known, " or ".join(values), why)


def _each(why: str, expected: str, takes: Callable[[str], bool]) -> SafeValue:
    return SafeValue(lambda value: bool(items(value)) and all(map(takes, items(value))), expected, why)


def _at_least(least: int, why: str, *others: int) -> SafeValue:
    def takes(value: str) -> bool:
        text = value.strip()
        return bool(_WHOLE.fullmatch(text)) and (int(text) >= least or int(text) in others)

    return SafeValue(takes, f"{least} or more", why)


_TLS: Final = _each(
    "older versions of TLS can be broken", "TLSv1.3, TLSv1.2", lambda item: item.lower() in {"tlsv1.2", "tlsv1.3"}
)
_CIPHERS: Final = _each(
    "a suite without forward secrecy or authenticated encryption can be broken",
    "suites of RFC 9325 alone (ECDHE or DHE with AES-GCM, AES-CCM or ChaCha20)",
    lambda item: _CIPHER.fullmatch(item.upper()) is not None,
)
_VERIFIED: Final = _one_of("a host that is not named by its certificate is taken for a broker", "https")
_MAPPING: Final = _one_of("whose certificate or ticket may be whose user is changed by it", "DEFAULT")
_REPLICAS: Final = _at_least(3, "a topic of which two brokers hold all copies loses them with these two")
_IN_SYNC: Final = _at_least(2, "a record that one broker alone acknowledged is lost with it")
_KEPT: Final = "a topic that says nothing itself loses records sooner than by Kafka's default, a week"

ACCESS_SETTINGS: Final[Mapping[str, SafeValue]] = MappingProxyType(
    {
        "authorizer.class.name": _one_of(
            "no other authorizer is known to deny what no ACL allows",
            "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "kafka.security.authorizer.AclAuthorizer",
        ),
        "principal.builder.class": _one_of(
            "another builder decides who is which user",
            "org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder",
        ),
        "sasl.kerberos.principal.to.local.rules": _MAPPING,
        "security.inter.broker.protocol": _one_of("brokers copy every record in clear", "SASL_SSL", "SSL"),
        "ssl.allow.dn.changes": _one_of("another's certificate is taken without a restart", "false"),
        "ssl.allow.san.changes": _one_of("another's certificate is taken without a restart", "false"),
        "ssl.cipher.suites": _CIPHERS,
        "ssl.client.auth": _one_of("a client without a certificate of its own is let in", "required"),
        "ssl.enabled.protocols": _TLS,
        "ssl.endpoint.identification.algorithm": _VERIFIED,
        "ssl.principal.mapping.rules": _MAPPING,
        "ssl.protocol": _TLS,
        "zookeeper.clientcnxnsocket": _one_of(
            "ZooKeeper is reached in clear", "org.apache.zookeeper.ClientCnxnSocketNetty"
        ),
        "zookeeper.set.acl": _one_of("anyone who reaches ZooKeeper changes ACLs and users", "true"),
        "zookeeper.ssl.cipher.suites": _CIPHERS,
        "zookeeper.ssl.client.enable": _one_of("ZooKeeper is reached in clear", "true"),
        "zookeeper.ssl.enabled.protocols": _TLS,
        "zookeeper.ssl.endpoint.identification.algorithm": _VERIFIED,
        "zookeeper.ssl.protocol": _TLS,
    }
)
"""Settings that let somebody in, or read along."""

LOSS_SETTINGS: Final[Mapping[str, SafeValue]] = MappingProxyType(
    {
        "controlled.shutdown.enable": _one_of("a broker that stops doesn't hand over first", "true"),
        "default.replication.factor": _REPLICAS,
        "log.cleanup.policy": _one_of("a topic that says nothing itself keeps a key's last record alone", "delete"),
        "log.retention.hours": _at_least(168, _KEPT, -1),
        "log.retention.minutes": _at_least(WEEK_MINUTES, _KEPT, -1),
        "log.retention.ms": _at_least(WEEK_MINUTES * 60_000, _KEPT, -1),
        "message.max.bytes": _at_least(1_048_588, "batches that Kafka's producers send by default are refused"),
        "min.insync.replicas": _IN_SYNC,
        "offsets.commit.required.acks": _one_of("how far a reader has come is lost with one broker", "-1"),
        "offsets.retention.minutes": _at_least(WEEK_MINUTES, "a reader that was down forgets how far it had come"),
        "offsets.topic.replication.factor": _REPLICAS,
        "share.coordinator.state.topic.min.isr": _IN_SYNC,
        "share.coordinator.state.topic.replication.factor": _REPLICAS,
        "transaction.state.log.min.isr": _IN_SYNC,
        "transaction.state.log.replication.factor": _REPLICAS,
        "unclean.leader.election.enable": _one_of("a replica that lags may lead, and what it lacks is lost", "false"),
    }
)
"""Settings by which records, or how far readers have come, are lost."""
