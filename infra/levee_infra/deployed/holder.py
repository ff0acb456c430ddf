"""Which engine holds a stack: two states of one stack would each delete what the other made."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from levee.diagnostics import LeveeError
from levee.loading.plain_file import KIB, UnreadableError, read_plain_text
from levee_infra.deployed import journal
from levee_infra.deployed.checkpoint import checkpoint_file, locks, read_checkpoint
from levee_infra.deployed.location import file_backend, moves, pulumi_backend, pulumi_elsewhere
from levee_infra.deployed.resources import STACK
from levee_infra.ignored_folder import make_ignored


class EngineName(StrEnum):
    """What `--engine` takes. `auto`: pulumi where it is on PATH, else embedded."""

    AUTO = "auto"
    PULUMI = "pulumi"
    EMBEDDED = "embedded"


@dataclass(frozen=True, slots=True)
class Holder:
    """Which engine's state in this project holds resources of a stack, and how many; None: neither.

    `elsewhere` is the note that a Pulumi backend outside the project, which nobody can count offline, was deployed to.
    """

    engine: EngineName | None
    resources: int
    elsewhere: Path | None = None


def holder(project: Path, stack: str) -> Holder:
    """Who holds a stack, as far as this project knows. What a run began to make counts, however it ended.

    Of a Pulumi backend outside the project it knows that one was deployed to from here, and not whether it was since
    emptied. Raises LeveeError (exit 2) where a state can't be read.
    """
    embedded = _embedded(project, stack)
    if embedded.engine is not None:
        return embedded
    pulumi = _pulumi_resources(project, stack)
    if pulumi or locks(pulumi_backend(project), project, stack):
        return Holder(EngineName.PULUMI, pulumi)
    note = pulumi_elsewhere(project, stack)
    if os.path.lexists(note):
        return Holder(EngineName.PULUMI, 0, note)
    return Holder(None, 0)


def _embedded(project: Path, stack: str) -> Holder:
    resources = len(journal.recorded(project, stack))
    return Holder(EngineName.EMBEDDED if resources else None, resources)


def refuse_other_holder(wanted: EngineName, project: Path, stack: str) -> None:
    """Raises LeveeError (exit 2) where the other engine holds the stack, or it is on its way to one of them."""
    moving_to = move_under_way(project, stack)
    if moving_to is not None:
        raise LeveeError(
            f"the move of stack {stack} to the {moving_to} engine was interrupted",
            f"finish it: `levee state import {stack} --engine {moving_to}`",
            exit_code=2,
        )
    # Whether Pulumi holds it is no matter to Pulumi, and its checkpoint is large.
    held = _embedded(project, stack) if wanted is EngineName.PULUMI else holder(project, stack)
    if held.engine in {None, wanted}:
        return
    if held.elsewhere is not None:
        raise LeveeError(
            f"stack {stack} was deployed by the {held.engine} engine, to a backend outside this project",
            f"use --engine {held.engine}; to change over, `levee state import {stack} --engine {wanted}`; where that "
            f"backend holds nothing of it any more, remove {held.elsewhere}",
            exit_code=2,
        )
    raise LeveeError(
        f"stack {stack} is held by the {held.engine} engine, which made what it has",
        f"use --engine {held.engine}; to change over, run `levee state import {stack} --engine {wanted}` first",
        exit_code=2,
    )


def move_under_way(project: Path, stack: str) -> EngineName | None:
    """The engine to which a move of the stack was begun and not finished. Raises LeveeError (exit 2)."""
    note = move_note(project, stack)
    if not os.path.lexists(note):
        return None
    try:
        return EngineName(read_plain_text(note, KIB).strip())
    except (UnreadableError, ValueError):
        hint = "see which engine's state holds the stack, and remove the note where only one does"
        raise LeveeError(f"{note} doesn't tell to which engine the stack was moving", hint, exit_code=2) from None


def move_note(project: Path, stack: str) -> Path:
    """There while a move of the stack is under way: to which engine."""
    return moves(project, stack) / "under-way"


def note_holder(project: Path, stack: str, environment: Mapping[str, str] | None = None) -> None:
    """Note that Pulumi deploys the stack to a backend outside the project; of the project's own its files tell.

    Raises LeveeError where the note can't be written.
    """
    backend = file_backend(os.environ if environment is None else environment)
    if backend is not None and backend.resolve() == pulumi_backend(project).resolve():
        return
    note = pulumi_elsewhere(project, stack)
    try:
        make_ignored(note.parent)
        note.touch(mode=0o600)
    except OSError as error:
        raise LeveeError(f"{note} can't be written: {error.strerror}", "nothing was changed; make room there") from None


def forget_holder(project: Path, stack: str) -> None:
    """Pulumi holds nothing of the stack any more."""
    pulumi_elsewhere(project, stack).unlink(missing_ok=True)


def _pulumi_resources(project: Path, stack: str) -> int:
    file = checkpoint_file(pulumi_backend(project), project, stack)
    deployment = (read_checkpoint(file) or {}).get("deployment", {})
    try:
        types = [each["type"] for key in ("resources", "pending_operations") for each in deployment.get(key) or ()]
        return 0 if all(each == STACK for each in types) else len(types)  # a refused first run records the stack alone
    except (TypeError, KeyError, AttributeError):
        raise LeveeError(
            f"{file} can't be read: it is no checkpoint of Pulumi", "restore it from its .bak", exit_code=2
        ) from None
