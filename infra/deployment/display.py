"""What a run of the embedded engine shows: what will change, progress while it does, what went wrong."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, assert_never

from pulumi import RunError

from infra.baseline.kept import Kept
from infra.deployment.contract import Report
from infra.embedded.errors import DeploymentFailed, EngineError, ProgramFailed, Refused
from infra.embedded.event import Change, Diagnostic, Event, Op, PlanReady, ResourceEvent, Severity, Stage
from infra.embedded.state import name_of
from infra.fault import fault
from levee.diagnostics.redaction import REDACTED, looks_secret

LISTED: Final = 40  # resources a kind of change shows by name; the rest is counted
LONGEST: Final = 200  # characters of a value: a policy is told by its beginning
CHANGES: Final = 12  # differing properties shown of one resource
LEARNED: Final = frozenset({"identity", "topicId"})  # outputs that are seen for the first time, which is no change
PROGRESS_SECONDS: Final = 1.0
_SIGNS: Final = {Op.CREATE: "+", Op.UPDATE: "~", Op.DELETE: "-", Op.SAME: " ", Op.REFRESH: "!"}
_ADOPTED: Final = {
    Op.CREATE: "= adopt",
    Op.DELETE: "- was adopted: let go of, and kept, unless its `retire` entry names it:",
}
_DONE: Final = {Op.CREATE: "created", Op.UPDATE: "updated", Op.DELETE: "deleted"}
NOTHING: Final[Mapping[str, Kept]] = MappingProxyType({})
PROTECTED_ADVICE: Final = (
    "a regulated stream is retired by a dated entry in its file, "
    "`retire: {on: …, approved_by: …, reason: …, ticket: …}`; "
    "`levee up` on or after that day lifts the protection, then the file can go; with `let_go: true` in the entry "
    "everything of the stream stays (docs/how-to/retire-a-stream.md)"
)


class Display:
    """Turns events into lines. Components are left out: what they group is shown by itself."""

    def __init__(self, report: Report, *, preview: bool, kept: Mapping[str, Kept] = NOTHING) -> None:
        self._report = report
        self._kept = kept
        self._preview = preview
        self._shown: Counter[tuple[Stage, Op]] = Counter()
        self._done: Counter[Op] = Counter()
        self._total = 0
        self._spoke_at = time.monotonic()

    def show(self, event: Event) -> None:
        """Take one event."""
        match event:
            case ResourceEvent(op=Op.REFRESH):
                self._drift(event)
            case ResourceEvent(stage=Stage.PLANNED):
                self._planned(event)
            case ResourceEvent():
                self._progress(event)
            case PlanReady():
                self._total = sum(count for op, count in event.changes.items() if op is not Op.SAME)
                self._count_unlisted()
            case Diagnostic():
                if event.severity is not Severity.INFO:
                    self._report(f"{event.severity}: {event.message}")
            case _:
                assert_never(event)

    def end(self) -> None:
        """Say the last count, if any was said before."""
        if self._done:
            self._say_progress()

    def _drift(self, event: ResourceEvent) -> None:
        if event.vanished:
            self._report(f" ! {event.type} {event.name} is gone; it will be made again")
        elif any(change.path not in LEARNED or change.old is not None for change in event.changes):
            self._report(f" ! {event.type} {event.name} was changed outside levee:")
            for line in _described(event.changes):
                self._report(line)

    def _planned(self, event: ResourceEvent) -> None:
        if event.op is Op.SAME or _is_component(event.type):
            return
        if event.adopted:  # always by name: nobody asked for what is there already
            self._report(f" {_ADOPTED[event.op]} {event.type} {event.name}")
            return
        self._shown[event.stage, event.op] += 1
        if self._shown[event.stage, event.op] > LISTED:
            return
        kept = self._kept.get(event.urn) if event.op is Op.DELETE else None
        words = "" if kept is None else f": {kept.words}"
        self._report(f" {_SIGNS[event.op]} {event.type} {event.name}{words}")
        if event.op is Op.UPDATE:
            for line in _described(event.changes):
                self._report(line)

    def _count_unlisted(self) -> None:
        for (stage, op), count in self._shown.items():
            if stage is Stage.PLANNED and count > LISTED:
                self._report(f" {_SIGNS[op]} … and {count - LISTED} more")

    def _progress(self, event: ResourceEvent) -> None:
        if event.stage is Stage.DONE and event.op in _DONE:
            self._done[event.op] += 1
        if self._done and time.monotonic() - self._spoke_at >= PROGRESS_SECONDS:
            self._say_progress()

    def _say_progress(self) -> None:
        self._spoke_at = time.monotonic()
        parts = ", ".join(f"{count} {_DONE[op]}" for op, count in sorted(self._done.items()))
        self._report(f"   {parts} of {self._total}")

    @staticmethod
    def text_of(error: EngineError) -> str:
        """An engine's error with the reasons it holds: a cluster that went away is one for every resource."""
        match error:
            case Refused():
                return _listed(error.message, [f"{_about(r.urn)}{r.message}" for r in error.refusals])
            case DeploymentFailed():
                reasons = [f"{_about(f.urn)}{f.operation}: {'; '.join(f.reasons)}" for f in error.failures]
                return _listed(error.message, reasons)
            case ProgramFailed() if not isinstance(error.__cause__, RunError):
                return fault(error.__cause__ or error)
            case ProgramFailed():
                return error.message
        return str(error) if not error.help else error.message

    @staticmethod
    def advice(error: EngineError) -> str:
        """What to do, in the words of a stack's author rather than an engine's."""
        if isinstance(error, Refused):
            if any("protected" in refusal.message for refusal in error.refusals):
                return PROTECTED_ADVICE
            return "; ".join(dict.fromkeys(refusal.help for refusal in error.refusals if refusal.help))
        return error.help


def _is_component(type_: str) -> bool:
    return type_.startswith(("levee:index:", "pulumi:"))


def _listed(title: str, reasons: Sequence[str]) -> str:
    lines = [title, *(f"  {reason}" for reason in reasons[:LISTED])]
    if len(reasons) > LISTED:
        lines.append(f"  … and {len(reasons) - LISTED:,} more")
    return "\n".join(lines)


def _about(urn: str) -> str:
    return f"{name_of(urn)}: " if urn else ""


def _described(changes: Sequence[Change]) -> Iterator[str]:
    for change in changes[:CHANGES]:
        secret = looks_secret(change.path)
        old, new = (REDACTED if secret and value is not None else _short(value) for value in (change.old, change.new))
        yield f"     {change.path}: {old} -> {new}"
    if len(changes) > CHANGES:
        yield f"     … and {len(changes) - CHANGES} more"


def _short(value: object) -> str:
    if value is None:
        return "(nothing)"
    if isinstance(value, dict):
        value = ", ".join(str(item) for item in value.values())
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text):,} characters)"
