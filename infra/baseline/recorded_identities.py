"""Which things of an AWS account, by their identities, the state of a stack has recorded."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from infra.baseline.journal import recorded_outputs
from infra.deployment.choice import EngineName, holder
from infra.deployment.pulumi_engine import PulumiEngine
from infra.providers.levee.aws.identity import THING_ID
from levee.diagnostics import LeveeError

RecordedIdentities = Mapping[tuple[str, str], str]
"""By type token and the thing's name in AWS; of a key that is its alias."""


def recorded_identities(project: Path, stack: str) -> RecordedIdentities | None:
    """What the engine that holds the stack recorded; None: no state here has anything of it.

    Raises LeveeError where that can't be read.
    """
    held = holder(project, stack).engine
    if held is EngineName.EMBEDDED:
        return _identities(recorded_outputs(project, stack))
    if shutil.which("pulumi") is None:
        if held is None:
            return None
        raise LeveeError(f"stack {stack} is held by the pulumi engine, and no `pulumi` is on PATH", exit_code=2)
    exported = PulumiEngine(project).exported(stack)
    if exported is None:
        return None
    try:
        resources = json.loads(exported)["deployment"].get("resources") or []
        return _identities((each["type"], each.get("outputs") or {}) for each in resources if not each.get("delete"))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise LeveeError(f"`pulumi stack export --stack {stack}` can't be read", exit_code=2) from None


def _identities(recorded: Iterable[tuple[str, Mapping[str, Any]]]) -> RecordedIdentities:
    found = {}
    for type_, outputs in recorded:
        name, identity = outputs.get("name") or outputs.get("alias"), outputs.get(THING_ID)
        if isinstance(name, str) and isinstance(identity, str):
            found[type_, name] = identity
    return found
