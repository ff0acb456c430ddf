"""What a topic is set to: a stream's own words, and of a regulated one everything that could cost it records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from levee.catalog.regulated_setting import REGULATED_SETTINGS, RegulatedSetting, Where
from levee.catalog.topic_setting import canonical

Settings = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TopicSettings:
    """Settings in order of key, spelled as brokers show them. `effective` must count and is never set."""

    settings: Settings
    effective: Settings


def topic_settings(own: Mapping[str, str], brokers: Mapping[str, str], *, regulated: bool) -> TopicSettings:
    """The settings of a topic that says `own` of itself, on brokers of which stack.yaml says `brokers`."""
    settings = {key: canonical(key, value) for key, value in own.items()}
    effective: dict[str, str] = {}
    for key, rule in REGULATED_SETTINGS.items() if regulated else ():
        if key not in settings and _does_anything(rule.where, settings):
            (settings if rule.is_set else effective)[key] = canonical(key, _safe(key, rule, settings, brokers))
    return TopicSettings(tuple(sorted(settings.items())), tuple(sorted(effective.items())))


def _does_anything(where: Where, settings: Mapping[str, str]) -> bool:
    policy = settings.get("cleanup.policy", "delete").split(",")
    match where:
        case Where.ALL:
            return True
        case Where.DELETED:
            return "delete" in policy
        case Where.COMPACTED:
            return "compact" in policy
        case Where.TIERED:
            return settings.get("remote.storage.enable") == "true"


def _safe(key: str, rule: RegulatedSetting, settings: Mapping[str, str], brokers: Mapping[str, str]) -> str:
    if rule.broker is not None and rule.broker in brokers:
        return brokers[rule.broker]
    retention = int(settings.get("retention.ms", "-1"))
    if key == "segment.ms" and retention > 0:  # a record lives on by as much as its segment is open
        return str(min(int(rule.default), retention))
    return rule.default
