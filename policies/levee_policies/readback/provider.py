"""`pulumi:providers:<package>`: the connections and bounds that resources are made through.

Defaults are those of the kafka package (https://www.pulumi.com/registry/packages/kafka/installation-configuration/).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from levee.model.origin import Origin
from levee.plan.observed import CloudProvider, Connection
from levee.plan.registered import Registered, parsed
from levee.plan.unknown import Unknown, unknown

KAFKA: Final = "pulumi:providers:kafka"
LEVEE: Final = "pulumi:providers:levee"
CLOUDS: Final = {"pulumi:providers:aws": "aws", "pulumi:providers:ibm": "ibm"}


def connection(resource: Registered, origin: Origin) -> Connection:
    """How the provider reaches brokers. The levee provider has the same settings under `kafka`."""
    settings = resource if resource.type == KAFKA else _inner(resource)
    servers = settings.texts("bootstrapServers")
    return Connection(
        bootstrap=unknown(f"the brokers of provider {resource.name}") if servers is None else servers,
        tls=settings.flag("tlsEnabled", default=True),
        verifies=_negated(settings.flag("skipTlsVerify", default=False)),
        mechanism=_mechanism(settings.text("saslMechanism", "plain")),
        origin=replace(origin, urn=resource.urn),
    )


def cloud(resource: Registered) -> CloudProvider:
    """Which region and accounts a cloud's provider is bound to."""
    return CloudProvider(
        name=resource.name,
        cloud=CLOUDS[resource.type],
        region=resource.text("region"),
        accounts=resource.texts("allowedAccountIds"),
        origin=Origin("", (), resource.urn),
    )


def _inner(resource: Registered) -> Registered:
    inner = resource.properties.get("kafka")
    if isinstance(inner, str):
        inner = parsed(inner)
    if isinstance(inner, Mapping):
        return replace(resource, properties=inner)
    nothing = unknown(f"the connection of provider {resource.name}")
    keys = ("bootstrapServers", "tlsEnabled", "skipTlsVerify", "saslMechanism")
    return replace(resource, properties=dict.fromkeys(keys, nothing))


def _negated(flag: Any) -> Any:
    return flag if isinstance(flag, Unknown) else not flag


def _mechanism(word: Any) -> Any:
    """`scram-sha512`, as the package spells it, and `SCRAM-SHA-512`, as Kafka does."""
    if isinstance(word, Unknown):
        return word
    plain = str(word).upper().replace("_", "-")
    return plain.replace("SHA512", "SHA-512").replace("SHA256", "SHA-256")
