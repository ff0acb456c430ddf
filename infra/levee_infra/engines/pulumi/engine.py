"""Deploys with the Pulumi CLI.

The CLI is run as a process rather than through the Automation API: its own lines are what a Pulumi user knows, and
a signal must reach it while levee waits for its end (docs/decisions/0001-run-the-pulumi-cli-itself.md).
"""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from levee.diagnostics import LeveeError
from levee.plan.registered import Registered
from levee_infra.deployed.checkpoint import locks
from levee_infra.deployed.export import Exported, read_export
from levee_infra.deployed.holder import EngineName, forget_holder
from levee_infra.deployed.judging import MAX_REMOVED, TOLD_BY_PULUMI, refused_changes
from levee_infra.deployed.kept import Kept, kept_on_removal, no_longer_declared
from levee_infra.deployed.location import file_backend
from levee_infra.engines.contract import Action, Deployment, Outcome, Report
from levee_infra.engines.display import PROTECTED_ADVICE, first_few, let_go
from levee_infra.engines.interrupted import interrupted, left
from levee_infra.engines.pulumi.environment import environment
from levee_infra.engines.pulumi.lock import require_gone
from levee_infra.engines.pulumi.preview_events import deleted_made_anew, nothing_to_do
from levee_infra.engines.resource_words import kept_thing
from levee_infra.interruption import exit_code, on_signals
from levee_policies.gate import refuse

_LOG: Final = logging.getLogger(__name__)
_COMMANDS: Final = {
    # --run-program: refresh reads with the connection declared now, not with the one recorded last time.
    Action.PREVIEW: ("preview", "--run-program"),
    Action.UP: ("up", "--yes", "--run-program", "--skip-preview"),  # a preview went before
    Action.DESTROY: ("destroy", "--yes"),
}
# `+ 3 created`; `+ 3 to create` in a preview; `5 unchanged`, or where there are several kinds `7 changes. 5 unchanged`.
_COUNT: Final = re.compile(r"\s*[+~-]?\s*(?:\d+ changes?\. )?(\d+) (to )?(create|update|delete|unchanged)d?")
_UNGROUPED: Final = re.compile(r"\s*-\s+(levee:index:\w+ \S+) delet(?:e|ing|ed)\b.*")
_CHANGING: Final = ("Updating (", "Destroying (")  # what the CLI says before it changes anything (backend/apply.go)
# What it says of a signal, regardless of the sender (backend/cancellation_scope.go).
_SIGNALS: Final = {"^C received; ": signal.SIGINT, "SIGTERM received; ": signal.SIGTERM}
_PARALLEL: Final = 64  # the SDK answers 4 registrations for each; providers batch what is under way at once


class PulumiEngine:
    """What production runs."""

    name = EngineName.PULUMI
    introduction = "engine: pulumi"

    def __init__(self, project: Path) -> None:
        self._project = project
        self._environment = environment(project)

    def run(self, deployment: Deployment, report: Report) -> Outcome:
        """Run the CLI to its end. Raises LeveeError with what to do; the CLI's own words went to `report`."""
        try:
            outcome = self._run(deployment, report)
        except _Stopped as stopped:
            held = self._held(deployment.stack)
            raise interrupted(deployment, "pulumi", stopped.number, held, at_once=stopped.at_once) from None
        # A CLI that was asked to stop while it deletes calls it a success.
        if deployment.action is Action.DESTROY and (held := self._held(deployment.stack)) != ():
            message = f"pulumi destroy ended before everything was deleted; {left(deployment.stack, held)}"
            raise LeveeError(message, f"go on with `levee destroy {deployment.stack} --engine pulumi`")
        if deployment.action is Action.DESTROY:
            forget_holder(deployment.project, deployment.stack)
        return outcome

    def _run(self, deployment: Deployment, report: Report) -> Outcome:
        stack = deployment.stack
        self._environment[MAX_REMOVED] = str(deployment.max_removed)  # the program judges by it, too
        self.free_stale_lock(stack, report)
        if not self._has_stack(stack):
            if deployment.action is Action.DESTROY:
                return Outcome(changes={})
            self._pulumi(["stack", "init", stack, "--non-interactive"], report)
            is_new = True
            kept: Mapping[str, Kept] = {}
        else:
            exported = self._read(deployment, report)
            is_new = exported is not None and exported.is_empty
            kept = self._judge(deployment, exported, report) if exported is not None else {}
            if exported is not None and deployment.action is not Action.PREVIEW:
                self._settle(deployment, exported, report)
        if deployment.action is Action.DESTROY or is_new:
            self._skip_checkpoints()
        if deployment.action is Action.UP:
            previewed = self._previewed(stack, report)
            if previewed is not None and not is_new:
                report("nothing differs: there is nothing to update")
                return Outcome(changes=_changes(previewed, preview=True), kept=tuple(kept.values()))
        with _event_log() as events:
            lines = self._pulumi([*_COMMANDS[deployment.action], *_options(stack), "--event-log", str(events)], report)
            changes = _changes(lines, preview=deployment.action is Action.PREVIEW)
            kept = _with_made_anew(kept, deployment, events, changes, report)
        return Outcome(changes=changes, kept=tuple(kept.values()))

    def _previewed(self, stack: str, report: Report) -> list[str] | None:
        """Preview an update, which refuses what an update would; what it printed, None where an update has work."""
        with _event_log() as events:
            command = [*_COMMANDS[Action.PREVIEW], *_options(stack), "--event-log", str(events)]
            lines = self._pulumi(command, report)
            return lines if nothing_to_do(events) else None

    def _settle(self, deployment: Deployment, begun: Exported, report: Report) -> None:
        """Have the CLI forget what an interrupted run had begun: it never does so itself, and goes by it for ever.

        An update then takes over what was made of it; a destroy would leave that where it is. Raises LeveeError.
        """
        stack = deployment.stack
        if begun.creations and deployment.action is Action.DESTROY:
            first, more = first_few(begun.creations)
            names = ", ".join(urn.rpartition("::")[2] for urn in first) + (f" and {more:,} more" if more else "")
            raise LeveeError(
                f"an interrupted run was creating {names}, and nobody knows whether it did; nothing was deleted",
                f"run `levee up {stack} --engine pulumi` first, which takes over what was made; then destroy",
            )
        if begun.operations:
            report(f"operations that an interrupted run had begun: {begun.operations:,}. What they made is looked for")
            self._pulumi(["refresh", "--yes", "--skip-preview", "--clear-pending-creates", *_options(stack)], report)

    def _skip_checkpoints(self) -> None:
        """Let a file backend write its state once, and not twice for each resource that is made or deleted.

        Nothing is lost by a kill then: a run goes on from a state that knows nothing of the stack, and takes over what
        is there, or still knows all of it, and finds what is gone.
        """
        if file_backend(self._environment) is not None:
            self._environment.setdefault("PULUMI_SKIP_CHECKPOINTS", "true")

    def exported(self, stack: str) -> str | None:
        """The stack's state as `pulumi stack export` prints it; None where the backend has no such stack.

        Raises LeveeError where it can't be asked.
        """
        if not os.path.lexists(self._project / "Pulumi.yaml"):  # the CLI would look in the folders above
            return None
        return self._export(stack) if self._has_stack(stack) else None

    def replace(self, stack: str, deployment: Mapping[str, Any], report: Report) -> None:
        """Have the backend hold this deployment of a stack in the place of what it holds, and nothing pending; make the
        stack where there is none. Raises LeveeError.
        """
        with tempfile.TemporaryDirectory(prefix="levee-") as folder:
            file = Path(folder, "deployment.json")
            file.write_text(json.dumps(deployment), encoding="utf-8")
            try:
                if not self._has_stack(stack):
                    self._pulumi(["stack", "init", stack, "--non-interactive"], report)
                command = ["stack", "import", "--file", str(file), "--stack", stack, "--non-interactive"]
                self._pulumi(command, report)
            except _Stopped as stopped:
                message = f"pulumi stack import was stopped by {signal.Signals(stopped.number).name}"
                raise LeveeError(message, "run the same command again", exit_code=exit_code(stopped.number)) from None

    def is_left_locked(self, stack: str) -> bool:
        """Whether a killed `pulumi` left its lock. Raises LeveeError where its process runs, or nobody can tell."""
        backend = file_backend(self._environment)
        held = locks(backend, self._project, stack) if backend is not None else []
        for lock in held:
            require_gone(lock, stack)
        return bool(held)

    def free_stale_lock(self, stack: str, report: Report) -> None:
        """Remove the lock that a killed `pulumi` left. Raises as `is_left_locked`."""
        if self.is_left_locked(stack):
            report(f"the last run on stack {stack} was killed and left its lock; removing the lock")
            self._pulumi(["cancel", stack, "--yes", "--non-interactive"], report)

    def _held(self, stack: str) -> tuple[str, ...] | None:
        """The types of what the state holds; None where it can't be determined."""
        try:
            exported = self.exported(stack)
            return tuple(each.type for each in read_export(exported, stack).standing) if exported is not None else ()
        except LeveeError:
            return None

    def _export(self, stack: str) -> str:
        return self._asked("stack", "export", "--stack", stack, "--non-interactive")

    def _read(self, deployment: Deployment, report: Report) -> Exported | None:
        """The stack's state, read once; None where a destroy goes on without: the CLI works from the state itself, and
        says what is wrong with it.
        """
        text = self._export(deployment.stack)
        try:
            return read_export(text, deployment.stack)
        except LeveeError as error:
            if deployment.action is not Action.DESTROY:
                raise
            report(f"warning: {error.message}; so nothing says what stays")
            return None

    def _judge(self, deployment: Deployment, exported: Exported, report: Report) -> Mapping[str, Kept]:
        """Refuse what the rules of changes stop, and tell what stays although the CLI will call it deleted."""
        leaving: Iterable[Registered] = exported.standing
        if deployment.action is not Action.DESTROY:
            refuse(refused_changes(deployment.change, exported.deployed(), report, TOLD_BY_PULUMI), deployment.project)
            leaving = no_longer_declared(leaving, deployment.plan)
        kept = kept_on_removal(leaving, deployment.clock.today())
        _tell(kept.values(), report)
        return kept

    def _has_stack(self, stack: str) -> bool:
        listed = json.loads(self._asked("stack", "ls", "--json"))
        return any(item["name"].rpartition("/")[2] == stack for item in listed)

    def _asked(self, *arguments: str) -> str:
        _LOG.debug("pulumi %s", " ".join(arguments))
        answered = subprocess.run(
            ["pulumi", *arguments],
            cwd=self._project,
            env=self._environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        if answered.returncode != 0:
            words = " ".join(arguments[:2])
            raise LeveeError(f"pulumi {words} failed: {answered.stderr.strip()}", "check `pulumi whoami`")
        return answered.stdout

    def _pulumi(self, arguments: Sequence[str], report: Report) -> list[str]:
        _LOG.debug("pulumi %s", " ".join(arguments))
        lines: list[str] = []
        signals = _Signals()
        with (
            on_signals(signals.receive),
            subprocess.Popen(
                ["pulumi", *arguments],
                cwd=self._project,
                env={**self._environment, "PULUMI_DEBUG_COMMANDS": "true"},  # for --event-log
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                errors="replace",
                # Each signal reaches it once, from here: it takes a second for the wish to stop at once.
                process_group=0,
            ) as process,
        ):
            signals.pass_on_to(process)
            assert process.stdout is not None
            for line in map(str.rstrip, process.stdout):
                if signals.received and line.startswith(_CHANGING):
                    # It forgets a signal that came while it previewed deletions.
                    process.send_signal(signals.received[-1])
                report(line)
                lines.append(line)
            code = process.wait()
        received = signals.received or _signals(lines, code)
        if received:
            raise _Stopped(received)
        if code < 0:
            hint = "run the same command again: it looks at what exists and goes on from there"
            raise LeveeError(f"pulumi {arguments[0]} was killed by {signal.Signals(-code).name}", hint)
        if code != 0:
            raise LeveeError(f"pulumi {arguments[0]} failed (exit {code})", _advice(lines))
        return lines


@contextmanager
def _event_log() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="levee-") as folder:
        yield Path(folder, "events")


def _with_made_anew(
    kept: Mapping[str, Kept], deployment: Deployment, events: Path, changes: Mapping[str, int], report: Report
) -> Mapping[str, Kept]:
    """What stays, with what the CLI's own refresh found made anew: that is in no state of before the run."""
    preview = deployment.action is Action.PREVIEW
    found = deleted_made_anew(events, deployment.stack, preview=preview)
    if found is None:
        if deployment.action is Action.DESTROY or "delete" in changes:
            report(
                "warning: pulumi's event log doesn't hold every deletion; so it is unknown what stayed because "
                "somebody had made it anew: look for what is called deleted"
            )
        return kept
    if preview:  # after a change, levee tells it of everything that stayed
        _tell((each for urn, each in found.items() if urn not in kept), report)
    return {**kept, **found}


def _tell(kept: Iterable[Kept], report: Report) -> None:
    listed, more = first_few(tuple(kept))
    for each in listed:
        report(f"- {let_go(kept_thing(each), each)}")
    if more:
        report(f"- … and {more:,} more are let go of")


def _options(stack: str) -> Sequence[str]:
    return "--stack", stack, "--non-interactive", "--parallel", str(_PARALLEL)


class _Stopped(Exception):
    """Signals stopped the CLI, which may call that a success."""

    def __init__(self, received: Sequence[int]) -> None:
        super().__init__()
        self.number = received[0]
        self.at_once = len(received) > 1


class _Signals:
    """Passes each signal on to the CLI, once; those that came before it was started, too."""

    def __init__(self) -> None:
        self.received: list[int] = []
        self._waiting: list[int] = []
        self._process: subprocess.Popen[str] | None = None

    def receive(self, number: int) -> None:
        self.received.append(number)
        self._waiting.append(number)
        self._flush()

    def pass_on_to(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._flush()

    def _flush(self) -> None:
        with suppress(IndexError):  # a signal that comes meanwhile empties it first
            while self._process is not None and self._waiting:
                self._process.send_signal(self._waiting.pop(0))


def _signals(lines: Iterable[str], code: int) -> list[int]:
    """Those that somebody else sent to the CLI, as it tells or by which it died."""
    if -code in _SIGNALS.values():
        return [-code]
    return [number for line in lines for said, number in _SIGNALS.items() if line.startswith(said)]


def _changes(lines: Iterable[str], *, preview: bool) -> Mapping[str, int]:
    """The counts of the CLI's last `Resources:` paragraph, of what was done or in a preview would be.

    Less components that go: they are in the state alone.
    """
    changes: dict[str, int] = {}
    above: set[str] = set()  # by name: of one the CLI prints a line or two
    inside, ungrouped = False, 0
    for line in lines:
        if line.startswith("Resources:"):
            changes, inside, ungrouped, above = {}, True, len(above), set()
        elif not line.strip():
            inside = False
        elif gone := _UNGROUPED.fullmatch(line):
            above.add(gone[1])
        elif inside and (match := _COUNT.fullmatch(line)):
            count, future, kind = match.groups()
            if kind == "unchanged":
                changes["same"] = int(count)
            elif bool(future) is preview:
                changes[kind] = int(count) - (ungrouped if kind == "delete" else 0)
    return {change: count for change, count in changes.items() if count}


def _advice(lines: Sequence[str]) -> str:
    text = "\n".join(lines)
    if "because it is protected" in text:
        return PROTECTED_ADVICE
    return "correct the cause above and run the same command again"
