"""Which engine carries a deployment out."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from infra.baseline.checkpoint import checkpoint_file
from infra.baseline.preview import LARGEST
from infra.deployment.contract import Engine
from infra.deployment.embedded_engine import EmbeddedEngine, resource_counts
from infra.deployment.location import pulumi_backend
from infra.deployment.pulumi_engine import PulumiEngine
from infra.deployment.stack_config import require_passphrase
from levee.diagnostics import LeveeError
from levee.loading.plain_file import UnreadableError, read_plain_text


class EngineName(StrEnum):
    """What `--engine` takes. `auto`: pulumi where it is on PATH, else embedded."""

    AUTO = "auto"
    PULUMI = "pulumi"
    EMBEDDED = "embedded"


@dataclass(frozen=True, slots=True)
class Holder:
    """Which engine's state in this project holds resources of a stack, and how many; None: neither."""

    engine: EngineName | None
    resources: int


def holder(project: Path, stack: str) -> Holder:
    """Who holds a stack. A Pulumi backend outside the project can't be asked offline and counts as nobody."""
    embedded = sum(resource_counts(project, stack).values())
    if embedded:
        return Holder(EngineName.EMBEDDED, embedded)
    pulumi = _pulumi_resources(project, stack)
    return Holder(EngineName.PULUMI if pulumi else None, pulumi)


def choose(name: EngineName, project: Path, stack: str) -> Engine:
    """The engine to use.

    Raises LeveeError (exit 2) where it isn't installed, the other one holds the stack, or its passphrase is lost.
    """
    installed = shutil.which("pulumi") is not None
    if name is EngineName.PULUMI and not installed:
        raise LeveeError(
            "--engine pulumi: no `pulumi` on PATH",
            "install the Pulumi CLI 3.222 or later (https://www.pulumi.com/docs/install/), or use --engine embedded",
            exit_code=2,
        )
    wanted = EngineName.EMBEDDED if name is EngineName.EMBEDDED or not installed else EngineName.PULUMI
    held = holder(project, stack).engine
    if held not in {None, wanted}:  # two states of one stack would each delete what the other made
        raise LeveeError(
            f"stack {stack} is held by the {held} engine, which made what it has",
            f"use --engine {held}; to change over, run `levee destroy {stack} --engine {held}` first",
            exit_code=2,
        )
    if wanted is EngineName.EMBEDDED:
        return EmbeddedEngine(chosen=installed)
    require_passphrase(project, stack, os.environ)
    return PulumiEngine(project)


def _pulumi_resources(project: Path, stack: str) -> int:
    checkpoint = checkpoint_file(pulumi_backend(project), project, stack)
    if not checkpoint.exists():
        return 0
    try:
        latest = json.loads(read_plain_text(checkpoint, LARGEST))["checkpoint"]["latest"]
    except (UnreadableError, ValueError, KeyError, TypeError, RecursionError) as error:
        reason = error.message if isinstance(error, UnreadableError) else "it is no checkpoint of Pulumi"
        raise LeveeError(f"{checkpoint} can't be read: {reason}", "restore it from its .bak", exit_code=2) from None
    return len((latest or {}).get("resources") or ())
