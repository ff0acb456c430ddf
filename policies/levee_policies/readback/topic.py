"""`kafka:index/topic:Topic` (https://www.pulumi.com/registry/packages/kafka/api-docs/topic/)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from levee.catalog.topic_setting import canonical
from levee.model.origin import Origin
from levee.plan.planned import PlannedTopic
from levee.plan.registered import Registered, as_text
from levee.plan.unknown import Unknown, unknown

TYPE: Final = "kafka:index/topic:Topic"


def topic(resource: Registered, declared: Mapping[str, PlannedTopic]) -> PlannedTopic:
    """The topic as it is registered; owner, class and place in the files are those of its declaration, by its name.

    A topic that no stream file declares has no owner and no class that anybody knows.
    """
    name = resource.text("name", unknown(f"the name of topic {resource.name}"))
    known = None if isinstance(name, Unknown) else declared.get(name)
    observed = PlannedTopic(
        stream=resource.name,
        name=name,
        owner="",
        cost_centre=None,
        legal_basis=None,
        data_class="",
        partitions=resource.whole("partitions", unknown(f"the partitions of topic {resource.name}")),
        replication=resource.whole("replicationFactor", unknown(f"the replication factor of topic {resource.name}")),
        settings=_settings(resource),
        protected=resource.protected,
        retire=None,
        origin=Origin("", (), resource.urn),
    )
    if known is None:
        return observed
    return replace(
        known,
        partitions=observed.partitions,
        replication=observed.replication,
        settings=observed.settings,
        protected=observed.protected,
        origin=replace(known.origin, urn=resource.urn),
    )


def _settings(resource: Registered) -> Any:
    config = resource.properties.get("config")
    if config is None:
        return ()
    if not isinstance(config, Mapping):
        return unknown(f"the settings of topic {resource.name}")
    what = f"of topic {resource.name}"
    texts = {key: as_text(config[key], f"{key} {what}", "") for key in sorted(config) if config[key] is not None}
    return tuple((key, canonical(key, text) if isinstance(text, str) else text) for key, text in texts.items())
