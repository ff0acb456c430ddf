"""Deploys with the Pulumi CLI.

The CLI is run as a process rather than through the Automation API: its own lines are what a Pulumi user knows, and
Ctrl-C must reach it while levee waits for its end (docs/decisions/0001-run-the-pulumi-cli-itself.md).
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, cast

from infra.baseline.export import from_export, recorded
from infra.baseline.kept import Kept, kept_on_removal, no_longer_declared
from infra.deployment.contract import Action, Deployment, Outcome, Report
from infra.deployment.display import LISTED, PROTECTED_ADVICE, let_go
from infra.deployment.judging import refused_changes
from infra.deployment.pulumi_environment import environment, file_backend
from infra.deployment.resource_words import kept_thing
from levee.diagnostics import LeveeError
from levee.loading.plain_file import MIB, UnreadableError, read_plain_text
from levee.loading.project_name import project_name
from policies.gate import refuse

_COMMANDS: Final = {
    # --run-program: refresh reads with the connection declared now, not with the one recorded last time.
    Action.PREVIEW: ("preview", "--run-program"),
    Action.UP: ("up", "--yes", "--run-program"),
    Action.DESTROY: ("destroy", "--yes"),
}
_COUNT: Final = re.compile(r"\s*[+~\-=]?\s*(\d+) (?:to )?(create|update|delete|unchanged)d?\b")
_UNGROUPED: Final = re.compile(r"\s*-\s+(levee:index:\w+ \S+) delet(?:e|ing|ed)\b.*")
_RAISED: Final = re.compile(r"\b\w+(?:Error|Exception)\b(?::|$)")  # the last line of a traceback
# Access that grows: an interrupted run leaves topics whose services come with the next one, and Pulumi's state doesn't
# tell which. `levee guard` refuses it in the pipeline, where the files are compared.
_TOLD: Final = frozenset({"RLS-BLR-006"})
_PARALLEL: Final = 64  # the SDK answers 4 registrations for each; providers batch what is under way at once


class PulumiEngine:
    """What production runs."""

    introduction = "engine: pulumi"

    def __init__(self, project: Path) -> None:
        self._project = project
        self._environment = environment(project)

    def run(self, deployment: Deployment, report: Report) -> Outcome:
        """Run the CLI to its end. Raises LeveeError with what to do; the CLI's own words went to `report`."""
        stack = deployment.stack
        self._free_stale_lock(stack, report)
        if not self._has_stack(stack):
            if deployment.action is Action.DESTROY:
                return Outcome(changes={})
            self._pulumi(["stack", "init", stack, "--non-interactive"], report)
            kept: tuple[Kept, ...] = ()
        else:
            kept = self._judge(deployment, report)
        command = [*_COMMANDS[deployment.action], "--stack", stack, "--non-interactive", "--parallel", str(_PARALLEL)]
        lines = self._pulumi(command, report)
        return Outcome(changes=_changes(lines), kept=kept)

    def exported(self, stack: str) -> str | None:
        """The stack's state as `pulumi stack export` prints it; None where the backend has no such stack.

        Raises LeveeError where it can't be asked.
        """
        return self._export(stack) if self._has_stack(stack) else None

    def _export(self, stack: str) -> str:
        return self._asked("stack", "export", "--stack", stack, "--non-interactive")

    def _judge(self, deployment: Deployment, report: Report) -> tuple[Kept, ...]:
        """Refuse what the rules of changes stop, and tell what stays although the CLI will call it deleted."""
        exported = self._export(deployment.stack)
        if deployment.action is Action.DESTROY:
            try:
                leaving = recorded(exported, deployment.stack)
            except LeveeError as error:  # the CLI works from the state itself, and says what is wrong with it
                report(f"warning: {error.message}; so nothing says what stays")
                return ()
        else:
            deployed = from_export(exported, deployment.stack)
            refuse(refused_changes(deployment, deployed, report, _TOLD), deployment.project)
            leaving = [*no_longer_declared(recorded(exported, deployment.stack), deployment.plan)]
        kept = tuple(kept_on_removal(leaving, deployment.clock.today()).values())
        for each in kept[:LISTED]:
            report(f"- {let_go(kept_thing(each), each)}")
        if len(kept) > LISTED:
            report(f"- … and {len(kept) - LISTED:,} more are let go of")
        return kept

    def _has_stack(self, stack: str) -> bool:
        listed = json.loads(self._asked("stack", "ls", "--json"))
        return any(item["name"].rpartition("/")[2] == stack for item in listed)

    def _asked(self, *arguments: str) -> str:
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
        lines: list[str] = []
        with subprocess.Popen(
            ["pulumi", *arguments],
            cwd=self._project,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as process:
            assert process.stdout is not None
            with _passing_on_interrupts(process):
                for line in _without_interrupted_program(process.stdout):
                    report(line)
                    lines.append(line)
                code = process.wait()
        if code != 0:
            raise LeveeError(f"pulumi {arguments[0]} failed (exit {code})", _advice(lines))
        return lines

    def _free_stale_lock(self, stack: str, report: Report) -> None:
        """A killed `pulumi` leaves its lock. Where its process is surely gone, the lock goes too."""
        backend = file_backend(self._environment)
        if backend is None:
            return
        locks = list((backend / ".pulumi/locks/organization" / project_name(self._project) / stack).glob("*.json"))
        for lock in locks:
            holder = _holder(lock)
            if holder.get("hostname") != socket.gethostname() or _is_running(int(holder["pid"])):
                raise LeveeError(
                    f"stack {stack} is locked by {holder.get('username')} on {holder.get('hostname')}, "
                    f"process {holder['pid']}, since {holder.get('timestamp')}",
                    f"wait for it; if it is surely gone: pulumi cancel {stack}",
                )
        if locks:
            report(f"the last run on stack {stack} was killed and left its lock; removing the lock")
            self._pulumi(["cancel", stack, "--yes", "--non-interactive"], report)


def _holder(lock: Path) -> Mapping[str, str]:
    try:
        holder = json.loads(read_plain_text(lock, MIB))
        int(holder["pid"])
    except (UnreadableError, ValueError, KeyError, TypeError, RecursionError):
        raise LeveeError(f"{lock} is no lock that pulumi wrote", "see who holds the stack, then remove it") from None
    return cast("Mapping[str, str]", holder)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def _passing_on_interrupts(process: subprocess.Popen[str]) -> Iterator[None]:
    """A terminal's Ctrl-C reaches the CLI by itself; levee waits for its end. One sent to levee alone is passed on."""

    def pass_on(number: int, _frame: object) -> None:
        if not os.isatty(0):
            process.send_signal(number)

    previous = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _without_interrupted_program(lines: Iterable[str]) -> Iterator[str]:
    """The lines, less the traceback of a program that Pulumi stopped: it says nothing of what went wrong.

    Pulumi puts a resource's name before each line, so a traceback is known by how its lines end.
    """
    held: list[str] = []
    for raw in lines:
        line = raw.rstrip()
        if line.endswith("During handling of the above exception, another exception occurred:"):
            continue
        if not held and not line.endswith("Traceback (most recent call last):"):
            yield line
            continue
        held.append(line)
        if line.endswith("KeyboardInterrupt"):
            held = []
        elif not line or _RAISED.search(line):
            yield from held
            held = []
    yield from held


def _changes(lines: Iterable[str]) -> Mapping[str, int]:
    """The counts of the CLI's last `Resources:` paragraph, less components that go: they are in the state alone."""
    changes: dict[str, int] = {}
    above: set[str] = set()  # by name: of one the CLI prints a line or two
    ungrouped = 0
    for line in lines:
        if line.startswith("Resources:"):
            changes, ungrouped, above = {}, len(above), set()
        elif gone := _UNGROUPED.fullmatch(line):
            above.add(gone[1])
        elif match := _COUNT.fullmatch(line):
            less = ungrouped if match[2] == "delete" else 0
            changes["same" if match[2] == "unchanged" else match[2]] = int(match[1]) - less
    return {change: count for change, count in changes.items() if count}


def _advice(lines: Sequence[str]) -> str:
    text = "\n".join(lines)
    if "because it is protected" in text:
        return PROTECTED_ADVICE
    return "correct the cause above and run the same command again"
