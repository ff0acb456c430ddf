"""Where a connector's own settings make it read from, and what they make it leave out."""

from __future__ import annotations

import re
from typing import Final

from levee.model.name import NamePattern
from levee.model.stream import SinkSpec
from levee.plan.planned import PlannedSink
from levee.targets.registry import MODELS
from levee_policies.connector_settings import is_off, squashed
from levee_policies.facts import Facts

_ITEMS: Final = re.compile(r"[,;\s]+")
_BROKERS: Final = frozenset({"metadatabrokerlist", "brokerlist", "kafkabrokers", "kafkaservers"})
_TOPICS: Final = frozenset(
    {"topic", "topics", "kafkatopic", "kafkatopics", "inputtopic", "inputtopics", "sourcetopic", "sourcetopics"}
)
_PATTERNS: Final = frozenset({"topicsregex", "topicregex", "topicspattern", "topicpattern", "topicspatterns"})
_TOLERATES: Final = frozenset({"ignore", "warn", "log", "skip", "drop"})


def detour(name: str, value: str, each: PlannedSink, facts: Facts) -> str | None:
    """How a setting leads past the stream that the sink is declared for. None where it doesn't."""
    plain, listed = squashed(name), {item for item in _ITEMS.split(value.strip()) if item}
    if plain.endswith("bootstrapservers") or plain in _BROKERS:
        own = {address.lower() for address in facts.plan.cluster.bootstrap}
        return None if {item.lower() for item in listed} <= own else "names brokers that are not the stack's"
    if plain in _PATTERNS:
        return "reads every topic whose name fits"
    if plain in _TOPICS:
        return None if listed <= {facts.topics[each.stream].name} else "names topics beside the stream's own"
    if plain.endswith("groupid"):
        return None if _is_own_group(value.strip(), each, facts) else "reads as a group that is not its service's"
    if plain.endswith("saslmechanism"):
        return None if value.strip().upper() in _mechanisms(facts) else "logs in another way than the stack declares"
    return None


def _is_own_group(group: str, each: PlannedSink, facts: Facts) -> bool:
    grants = facts.credentials[each.sink.service].grants
    return any(own.covers(NamePattern(group)) for grant in grants for own in grant.groups)


def _mechanisms(facts: Facts) -> frozenset[str]:
    declared = facts.plan.cluster.security.mechanism
    return frozenset({declared} if declared is not None else ()) | MODELS[facts.plan.target].mechanisms


def drops(name: str, value: str, sink: SinkSpec, *, regulated: bool) -> str | None:
    """How a setting leaves records out that nobody then has. None where it doesn't."""
    plain, word = squashed(name), value.strip().lower()
    if plain == "errorstolerance":
        return "drops what fails, without a dead_letter" if word != "none" and sink.dead_letter is None else None
    if not regulated:
        return None
    if plain.endswith("autooffsetreset") and word != "earliest":
        return "leaves out what was written before it first ran"
    if plain.startswith("dropinvalid") and not is_off(value):
        return "drops what it takes for invalid"
    if plain.startswith("behavioron") and plain != "behavioronnullvalues" and word in _TOLERATES:
        return "drops what it can't deliver"
    return None
