"""A topic's settings as declared, recorded and live: one value, however it is spelled."""

from collections.abc import Iterator, Mapping
from typing import Final

from levee.catalog.regulated_setting import REGULATED_SETTINGS
from levee.catalog.topic_setting import canonical, same_value
from levee_infra.kafka.admin.topics import Effective
from levee_infra.providers.protocol.properties import Properties, Value, reveal

CONFIG: Final = "config"
EFFECTIVE: Final = "effective"
"""The input that lists values which must count for the topic, and which are compared and never set."""


def canonical_settings(properties: Properties) -> Properties:
    """The same properties, with every setting in its one spelling. What isn't known yet stays so."""
    result = dict(properties)
    for name in (CONFIG, EFFECTIVE):
        settings = reveal(properties.get(name))
        if isinstance(settings, dict):
            result[name] = {key: _canonical(key, value) for key, value in settings.items()}
    return result


def as_spelled(live: Mapping[str, str], declared: Mapping[str, Value]) -> dict[str, Value]:
    """The live values of declared settings; one that is as declared keeps the spelling of its declaration."""
    return {key: _as_spelled(key, live[key], declared[key]) for key in sorted(declared) if key in live}


def seen_effective(live: Mapping[str, Effective], declared: Mapping[str, Value]) -> dict[str, Value]:
    """The values that count. A setting that this version of Kafka doesn't know does nothing, and is as declared."""
    return {
        key: _as_spelled(key, live[key].value, value) if key in live else value
        for key, value in sorted(declared.items())
    }


def ineffective(live: Mapping[str, Effective], declared: Mapping[str, str]) -> Iterator[str]:
    """Sentences on what counts for the topic and must not."""
    for key, value in sorted(declared.items()):
        found = live.get(key)
        if found is not None and not same_value(key, found.value, value):
            rule = REGULATED_SETTINGS.get(key)
            yield f"its {key} is {found.value} ({found.source}), not {value}{f': {rule.why}' if rule else ''}"


def declared_effective(properties: Properties) -> Mapping[str, Value]:
    """What was declared to count, as a record has it."""
    return _mapping(properties, EFFECTIVE)


def _mapping(properties: Properties, name: str) -> dict[str, Value]:
    value = reveal(properties.get(name))
    return value if isinstance(value, dict) else {}


def _canonical(key: str, value: Value) -> Value:
    return canonical(key, value) if isinstance(value, str) else value


def _as_spelled(key: str, live: str, declared: Value) -> Value:
    return declared if isinstance(declared, str) and same_value(key, live, declared) else live
