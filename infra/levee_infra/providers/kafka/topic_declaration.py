"""What a program may say of a topic, and what it may no longer say once the topic exists."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from levee.model.name import MAX_TOPIC_LENGTH, topic_name_problem
from levee_infra.providers.kafka.topic_settings import CONFIG, EFFECTIVE
from levee_infra.providers.protocol.failures import refused
from levee_infra.providers.protocol.fields import Fields, known
from levee_infra.providers.protocol.identity import ACKNOWLEDGED
from levee_infra.providers.protocol.kind import Declaration, Naming
from levee_infra.providers.protocol.on_removal import DELETE, DELETE_ADOPTED, LET_GO, ON_REMOVAL
from levee_infra.providers.protocol.properties import Properties, Unknown

ADOPT: Final = "adopt"
PROPERTIES: Final = ("name", "partitions", "replicationFactor", CONFIG, EFFECTIVE, ACKNOWLEDGED, ON_REMOVAL, ADOPT)

CLUSTER_DEFAULT: Final = -1
"""As a replication factor: what the cluster gives a topic that asks for none (KIP-464)."""

SUFFIX_DIGITS: Final = 7
"""Of a name that the provider makes: as many as pulumi-kafka appends."""


@dataclass(frozen=True)
class TopicDeclaration:
    """A topic as declared, all of it known."""

    name: str
    partitions: int
    replication_factor: int
    config: Mapping[str, str] = field(default_factory=dict)
    effective: Mapping[str, str] = field(default_factory=dict)
    adopt: bool = False
    """Whether somebody approved of taking it over with the records that it holds."""


def read_declaration(inputs: Properties) -> TopicDeclaration:
    """Read checked inputs. Raises RefusedError if they are not a whole topic."""
    fields = Fields(inputs, what="a Topic")
    name = known(fields.text("name", required=True))
    partitions = known(fields.integer("partitions", required=True))
    replication = known(fields.integer("replicationFactor", required=True))
    config, effective = _texts(fields, CONFIG), _texts(fields, EFFECTIVE)
    adopt = known(fields.boolean(ADOPT)) or False
    fields.raise_problems()
    if name is None or partitions is None or replication is None:
        raise refused("", "a value of this topic is not known yet")
    return TopicDeclaration(name, partitions, replication, config, effective, adopt)


def _texts(fields: Fields, name: str) -> dict[str, str]:
    return {key: value for key, value in (known(fields.mapping(name)) or {}).items() if isinstance(value, str)}


def check_declaration(declaration: Declaration) -> Properties:
    """Validate and complete a topic's inputs. Raises RefusedError with all that is wrong."""
    fields = Fields(declaration.new, what="a Topic")
    fields.only(PROPERTIES)
    given = fields.text("name")
    name = given if given is not None else _made_name(declaration, fields)
    partitions = fields.integer("partitions", required=True)
    replication = fields.integer("replicationFactor", required=True)
    settings = {name: fields.mapping(name) for name in (CONFIG, EFFECTIVE)}
    acknowledged = fields.texts(ACKNOWLEDGED)
    if (problem := topic_name_problem(known(name) or "x")) is not None:
        fields.refuse("name", f"{name} {problem}")
    if (count := known(partitions)) is not None and count < 1:
        fields.refuse("partitions", f"a topic has at least 1 partition, not {count}")
    factor = known(replication)
    if factor is not None and factor < 1 and factor != CLUSTER_DEFAULT:
        fields.refuse("replicationFactor", f"must be at least 1, or -1 for the cluster's default, not {factor}")
    on_removal, adopt = fields.text(ON_REMOVAL), fields.boolean(ADOPT)
    if known(on_removal) not in {None, DELETE, LET_GO, DELETE_ADOPTED}:
        fields.refuse(ON_REMOVAL, f"must be {DELETE}, {LET_GO} or {DELETE_ADOPTED}")
    _check_against_last(fields, declaration.old, known(name), known(partitions), factor)
    fields.raise_problems()
    inputs: Properties = {
        "__defaults": ["name"] if given is None else [],
        "name": name,
        "partitions": partitions,
        "replicationFactor": replication,
    }
    for key, each in settings.items():
        if each is not None:
            inputs[key] = each if isinstance(each, Unknown) else {**each}
    if acknowledged is not None:
        inputs[ACKNOWLEDGED] = acknowledged if isinstance(acknowledged, Unknown) else [*acknowledged]
    if on_removal is not None:
        inputs[ON_REMOVAL] = on_removal
    if adopt is not None:
        inputs[ADOPT] = adopt
    return inputs


def cannot_rename(old: str, new: str) -> str:
    """Say why a topic keeps its name."""
    return (
        f"topic {old} cannot become {new}: Kafka has no rename, and a replacement would lose its records. "
        f"Keep the name {old}, or declare {new} as a second topic, move writers and readers to it, then retire {old}"
    )


def cannot_shrink(name: str, old: int, new: int) -> str:
    """Say why a topic keeps its partitions."""
    return (
        f"topic {name} cannot go from {old} to {new} partitions: Kafka only adds partitions, and a replacement would "
        f"lose its records. Declare {old} or more, or declare a second topic with {new} and move writers and readers"
    )


def cannot_replicate(name: str, old: int, new: int) -> str:
    """Say why a topic keeps its replication factor."""
    return (
        f"topic {name} cannot go from {old} to {new} replicas: that is a reassignment of partitions, not a setting. "
        f"Declare {old}, or move the replicas with kafka-reassign-partitions.sh first and then declare {new}"
    )


def _check_against_last(
    fields: Fields, old: Properties, name: str | None, partitions: int | None, replication: int | None
) -> None:
    last = Fields(old, what="the last declaration")
    old_name = known(last.text("name"))
    old_partitions, old_replication = known(last.integer("partitions")), known(last.integer("replicationFactor"))
    if old_name is None or name is None:
        return
    if name != old_name:
        fields.refuse("name", cannot_rename(old_name, name))
    if partitions is not None and old_partitions is not None and partitions < old_partitions:
        fields.refuse("partitions", cannot_shrink(name, old_partitions, partitions))
    factors = {replication, old_replication}
    # With the cluster's default on one side only the live topic can tell; the preview of the update asks it.
    if len(factors) == 2 and not factors & {None, CLUSTER_DEFAULT} and replication and old_replication:
        fields.refuse("replicationFactor", cannot_replicate(name, old_replication, replication))


def _made_name(declaration: Declaration, fields: Fields) -> str | Unknown:
    """Make a name for a topic that has none, or keep the one it was given last."""
    last = Fields(declaration.old, what="the last declaration").text("name")
    if last is not None:
        return last
    naming = declaration.naming
    if naming.explicit_only:
        fields.refuse("name", "this stack's configuration makes no names; give the topic one")
    return naming.proposed or _random_name(naming)


def _random_name(naming: Naming) -> str:
    digits = random.Random(naming.seed or None)  # noqa: S311 - a name that repeats in preview and update, not a secret
    suffix = "".join(digits.choices("0123456789abcdef", k=SUFFIX_DIGITS))
    return f"{naming.resource_name[: MAX_TOPIC_LENGTH - SUFFIX_DIGITS - 1]}-{suffix}"
