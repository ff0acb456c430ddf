"""What a run of the embedded engine shows: what will change, progress while it does, what went wrong."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, TypeVar, assert_never

from pulumi import RunError

from levee_infra.deployed.embedded_state import name_of
from levee_infra.deployed.engine_error import EngineError
from levee_infra.deployed.kept import Kept
from levee_infra.difference import gone
from levee_infra.engines.contract import Report
from levee_infra.engines.embedded.errors import DeploymentFailed, ProgramFailed, Refused
from levee_infra.engines.embedded.event import Change, Diagnostic, Event, Op, PlanReady, ResourceEvent, Severity, Stage
from levee_infra.engines.resource_words import ResourceWords, without_tokens
from levee_infra.fault import fault

T = TypeVar("T")

LISTED: Final = 40  # resources a kind of change shows by name; the rest is counted
CHANGES: Final = 12  # differences shown of one resource
NAMED: Final = 5  # resources that one reason names
PROGRESS_SECONDS: Final = 1.0
_COMPONENT: Final = "levee:index:"
_SIGNS: Final = {Op.CREATE: "+", Op.UPDATE: "~", Op.DELETE: "-"}
_DONE: Final = {Op.CREATE: "created", Op.UPDATE: "updated", Op.DELETE: "deleted"}
NOTHING: Final[Mapping[str, Kept]] = MappingProxyType({})
PROTECTED_ADVICE: Final = (
    "a regulated stream is retired by a dated entry in its file, "
    "`retire: {on: …, approved_by: …, reason: …, ticket: …}`; "
    "`levee up` on or after that day lifts the protection, then the file can go; with `let_go: true` in the entry "
    "everything of the stream stays (docs/how-to/retire-a-stream.md)"
)


class Display:
    """Turns events into lines. Components are left out: what they group is shown by itself, and one that goes is no
    deletion, as it is in the state alone; `ungrouped` is how many go.

    `+` is made, `=` taken over, `~` changed, `-` deleted or let go of; `!` was changed by somebody else, and `up` puts
    it right: a change that does no more is not shown a second time. `every`: nothing is merely counted.
    `told` are the differences that were shown, `differing` the topics and users that were shown as a whole,
    and what an account calls the things in it that were.
    """

    def __init__(
        self,
        report: Report,
        words: ResourceWords,
        *,
        every: bool = False,
        kept: Mapping[str, Kept] = NOTHING,
    ) -> None:
        self._report = report
        self._words = words
        self._kept = kept
        self._every = every
        self._drifted: dict[str, dict[str, Change]] = {}
        self._shown: Counter[Op] = Counter()
        self._done: Counter[Op] = Counter()
        self._total = 0
        self._spoke_at = time.monotonic()
        self.ungrouped = 0
        self.told: set[str] = set()
        self.differing: set[str] = set()

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
                self._total = sum(count for op, count in event.changes.items() if op is not Op.SAME) - self.ungrouped
                self._count_unlisted()
            case Diagnostic():
                if event.severity is not Severity.INFO:
                    self._report(f"{event.severity}: {without_tokens(event.message)}")
            case _:
                assert_never(event)

    def end(self) -> None:
        """Say the last count, if any was said before."""
        if self._done:
            self._say_progress()

    def _drift(self, event: ResourceEvent) -> None:
        self._drifted[event.urn] = {_plain(change.path): change for change in _single(event.changes)}
        self.differing.update(self._words.account_names(event.type, event.name, event.changes))
        if event.vanished:
            line = gone(self._words.name(event.type, event.name))
            self.told.add(line)
            self.differing.update(self._words.things(event.type, event.name))
            self._report(f"! {line}")
        for line in self._words.changes(event.type, event.name, self._drifted[event.urn].values()):
            self.told.add(line)
            self._report(f"! {line}")

    def _planned(self, event: ResourceEvent) -> None:
        self.ungrouped += _is_ungrouped(event)
        if event.type.startswith((_COMPONENT, "pulumi:")):
            return
        if event.op is not Op.SAME:
            self.differing.update(self._words.account_names(event.type, event.name, event.changes))
        protection = "" if self._every else self._words.protection(event.type, event.name)
        if protection and event.op in {Op.SAME, Op.UPDATE}:
            self._report(f"~ {self._words.name(event.type, event.name)}  {protection}")
        match event.op:
            case Op.CREATE:
                self._creation(event)
            case Op.UPDATE:
                self._update(event)
            case Op.DELETE:
                self._deletion(event)

    def _creation(self, event: ResourceEvent) -> None:
        described = self._words.described(event.type, event.name)
        self.differing.update(self._words.things(event.type, event.name))
        if event.adopted:  # always by name: nobody asked for what is there already
            self._report(f"= adopt {described}")
        elif event.urn not in self._drifted and self._is_listed(Op.CREATE):
            self._report(f"+ {described}")

    def _update(self, event: ResourceEvent) -> None:
        drifted = self._drifted.get(event.urn, {})
        changes = [
            change for change in _single(event.changes) if not _puts_back(change, drifted.get(_plain(change.path)))
        ]
        lines = list(dict.fromkeys(self._words.changes(event.type, event.name, changes)))
        if not lines or not self._is_listed(Op.UPDATE):
            return
        self.told.update(self._words.back(event.type, event.name, changes))
        shown, more = first_few(lines, len(lines) if self._every else CHANGES)
        for line in shown:
            self._report(f"~ {line}")
        if more:
            self._report(f"~ … and {more:,} more of {self._words.name(event.type, event.name)}")

    def _deletion(self, event: ResourceEvent) -> None:
        name, kept = self._words.name(event.type, event.name), self._kept.get(event.urn)
        self.differing.update(self._words.things(event.type, event.name))
        if event.adopted and kept is None:
            self._report(f"- let go of {name}: it was adopted, and is kept unless its `retire` entry names it")
        elif self._is_listed(Op.DELETE):
            self._report(f"- {name}" if kept is None else f"- {let_go(name, kept)}")

    def _is_listed(self, op: Op) -> bool:
        self._shown[op] += 1
        return self._every or self._shown[op] <= LISTED

    def _count_unlisted(self) -> None:
        for op, count in self._shown.items():
            if count > LISTED and not self._every:
                self._report(f"{_SIGNS[op]} … and {count - LISTED:,} more")

    def _progress(self, event: ResourceEvent) -> None:
        if event.stage is Stage.DONE and event.op in _DONE and not _is_ungrouped(event):
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
                return _listed(error.message, _by_reason((r.urn, r.message) for r in error.refusals))
            case DeploymentFailed():
                failures = ((f.urn, f"{f.operation}: {'; '.join(f.reasons)}") for f in error.failures)
                return _listed(error.message, _by_reason(failures))
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


def _is_ungrouped(event: ResourceEvent) -> bool:
    return event.op is Op.DELETE and event.type.startswith(_COMPONENT)


def first_few(items: Sequence[T], most: int = LISTED) -> tuple[Sequence[T], int]:
    """Those that are listed, and how many more there are."""
    return items[:most], max(0, len(items) - most)


def _listed(title: str, reasons: Sequence[str]) -> str:
    first, more = first_few(reasons)
    lines = [title, *(f"  {reason}" for reason in first), *([f"  … and {more:,} more"] if more else [])]
    return "\n".join(lines)


def _by_reason(reasons: Iterable[tuple[str, str]]) -> list[str]:
    """A line for each reason with those that it stopped: a cluster that went away is one for every resource."""
    stopped: dict[str, list[str]] = {}
    for urn, reason in reasons:
        stopped.setdefault(without_tokens(reason), []).append(name_of(urn) if urn else "")
    return [f"{_names(names)}{reason}" for reason, names in stopped.items()]


def _names(names: Sequence[str]) -> str:
    listed, more = first_few([name for name in names if name], NAMED)
    return f"{', '.join(listed)}{f' and {more:,} more' if more else ''}: " if listed else ""


def let_go(name: str, kept: Kept) -> str:
    """That something stays, how, and when it doesn't."""
    return f"let go of {name}: {kept.how}" + (f"; deleted {kept.unless}" if kept.unless else "")


def _single(changes: Iterable[Change]) -> Iterable[Change]:
    """The changes with those of a mapping key by key, each place once however it is spelled."""
    once: dict[str, Change] = {}
    for change in changes:
        for each in _by_key(change):
            once.setdefault(_plain(each.path), each)
    return once.values()


def _by_key(change: Change) -> Iterator[Change]:
    before, after = ({} if each is None else each for each in (change.old, change.new))
    if isinstance(before, dict) and isinstance(after, dict) and (before or after):
        for key in sorted(before.keys() | after.keys()):
            if before.get(key) != after.get(key):
                path = f"{change.path}.{key}" if key.isidentifier() else f'{change.path}["{key}"]'
                yield from _by_key(Change(path, change.kind, before.get(key), after.get(key)))
    else:
        yield change


def _plain(path: str) -> str:
    return path.replace('["', ".").replace('"]', "")


def _puts_back(change: Change, drift: Change | None) -> bool:
    """Whether a planned change does no more than undo what was shown as changed by somebody else."""
    if change.path in {"drift", "recreatedAs"}:
        return True
    return drift is not None and (change.old, change.new) == (drift.new, drift.old)
