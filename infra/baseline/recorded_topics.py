"""Which topics, by Kafka's own ids, the state of a stack has recorded."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from infra.baseline.journal import recorded_resources
from infra.deployment.choice import EngineName, holder
from infra.deployment.pulumi_engine import PulumiEngine
from levee.diagnostics import LeveeError
from policies.readback import topic

_OUTPUT: Final = "topicId"


@dataclass(frozen=True, slots=True)
class RecordedTopics:
    """Ids by topic name. `source` says, in words, whose record it is; None: no state here has anything of the stack."""

    source: str | None
    ids: Mapping[str, str]


def recorded_topics(project: Path, stack: str) -> RecordedTopics:
    """What the engine that holds the stack recorded. Raises LeveeError where that can't be read."""
    held = holder(project, stack).engine
    if held is EngineName.EMBEDDED:
        states = [{"type": each.type, "outputs": each.outputs} for each in recorded_resources(project, stack)]
        return RecordedTopics("the embedded engine's state", _ids(states))
    if shutil.which("pulumi") is None:
        if held is None:
            return RecordedTopics(None, {})
        raise LeveeError(f"stack {stack} is held by the pulumi engine, and no `pulumi` is on PATH", exit_code=2)
    exported = PulumiEngine(project).exported(stack)
    if exported is None:
        return RecordedTopics(None, {})
    try:
        resources = json.loads(exported)["deployment"].get("resources") or []
        listed = [each for each in resources if not each.get("delete")]
        return RecordedTopics("the pulumi engine's state", _ids(listed))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise LeveeError(f"`pulumi stack export --stack {stack}` can't be read", exit_code=2) from None


def _ids(states: Iterable[Mapping[str, Any]]) -> Mapping[str, str]:
    topics = [each["outputs"] for each in states if each["type"] == topic.TYPE and each.get("outputs")]
    return {each["name"]: each[_OUTPUT] for each in topics if isinstance(each.get(_OUTPUT), str)}
