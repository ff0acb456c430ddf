"""What a program that Pulumi runs compares with the stack's state before it registers anything.

`pulumi up --skip-preview` changes as it goes: what a provider refuses, or what is protected, is met when other things
are changed already. So the program itself refuses first what the rules of changes stop, what is protected and no longer
declared, and what has another name by now (docs/decisions/0022-a-bare-pulumi-run-changes-nothing-that-is-refused.md).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Final

import pulumi

from levee.diagnostics import LeveeError, Rejected
from levee.diagnostics.redaction import redact
from levee.loading.locate import diagnose
from levee.model.problem import Problem
from levee.plan.planned import Plan
from levee.plan.registered import Registered
from levee_infra.deployed.checkpoint import checkpoint_file, read_checkpoint
from levee_infra.deployed.export import Exported, of_document, read_export
from levee_infra.deployed.judging import MAX_REMOVED, TOLD_BY_PULUMI, Change, refused_changes
from levee_infra.deployed.kept import declared_names, no_longer_declared
from levee_infra.deployed.location import file_backend
from levee_policies.gate import refuse
from levee_policies.readback import topic

_COMPRESSED: Final = (".gz", ".zst")
_SECONDS: Final = 600


def guard(plan: Plan, project: Path, as_of: date, report: Callable[[str], None]) -> list[Registered]:
    """Refuse a plan that may not change what is deployed; `report` receives what is doubtful and stops nothing.

    Returns what is deployed.

    Raises Rejected, and LeveeError where it can't be determined what is deployed: that is no pass.
    """
    exported = _exported(project, plan.stack)
    change = Change(project=project, plan=plan, today=as_of, max_removed=_max_removed(os.environ))
    problems = [*undeclared(plan, exported.standing), *renamed(plan, exported.standing)]
    found = list(diagnose(project, problems))
    try:
        refuse(refused_changes(change, exported.deployed(), report, TOLD_BY_PULUMI), project)
    except Rejected as rejected:
        raise Rejected([*rejected.diagnostics, *found], exit_code=1) from None
    if found:
        raise Rejected(found, exit_code=1)
    return exported.standing


def undeclared(plan: Plan, recorded: Iterable[Registered]) -> Iterator[Problem]:
    """What is protected and no longer declared, beside the topics, of which RLS-BLR-001 tells."""
    for each in no_longer_declared(recorded, plan):
        if each.protected and each.type != topic.TYPE:
            yield Problem(
                "protected",
                f"{each.properties.get('name')} ({each.type} {each.name}) is protected and no longer declared",
                "declare it again; what a regulated stream has goes with the stream, after its `retire:` entry was due "
                "and deployed (docs/how-to/retire-a-stream.md)",
                plan.origin,
            )


def renamed(plan: Plan, recorded: Iterable[Registered]) -> Iterator[Problem]:
    """What the plan calls otherwise than the state does: no provider renames or replaces it.

    Of a protected topic RLS-BLR-001 tells.
    """
    planned = {(type_, name): (called, origin) for type_, name, called, origin in declared_names(plan)}
    for each in recorded:
        before = each.properties.get("name")
        after, origin = planned.get((each.type, each.name), (before, plan.origin))
        if before == after or not isinstance(before, str) or (each.protected and each.type == topic.TYPE):
            continue
        yield Problem(
            "renamed",
            f"{before} ({each.type} {each.name}) can't become {after}: nothing is renamed, and another in its place "
            "would not hold its records",
            f"write {before} again, and declare {after} by a stream of its own beside it",
            origin,
        )


def _exported(project: Path, stack: str) -> Exported:
    """What Pulumi recorded of the stack that it runs this program for. Raises LeveeError (exit 2)."""
    backend = file_backend(os.environ)
    if backend is not None and backend.is_absolute():
        file = checkpoint_file(backend, project, stack)
        if not any(os.path.lexists(f"{file}{ending}") for ending in _COMPRESSED):
            document = read_checkpoint(file)
            if document is not None:
                return of_document(document, stack) if document["deployment"] else Exported()
    return read_export(_asked(project, stack), stack)


def _asked(project: Path, stack: str) -> str:
    """What `pulumi stack export` says: secrets stay encrypted, and it needs no lock."""
    if shutil.which("pulumi") is None:
        raise _unknown(stack, "no `pulumi` on PATH to ask for it", "put the CLI that runs this program on PATH")
    organization = pulumi.get_organization()
    named = stack if organization in {"", "organization"} else f"{organization}/{stack}"
    command = ["pulumi", "stack", "export", "--stack", named, "--non-interactive"]
    try:
        answered = subprocess.run(
            command,
            cwd=project,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=_SECONDS,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise _unknown(stack, f"`pulumi stack export`: {type(error).__name__}", "run it by hand") from None
    if answered.returncode != 0:
        said = redact(answered.stderr.strip()) or f"exit {answered.returncode}"
        raise _unknown(stack, f"`pulumi stack export`: {said}", "see that who runs this may read the stack's state")
    return answered.stdout


def _unknown(stack: str, why: str, hint: str) -> LeveeError:
    message = f"what is deployed of stack {stack} can't be determined, so nothing is changed: {why}"
    return LeveeError(message, hint, exit_code=2)


def _max_removed(environment: Mapping[str, str]) -> int:
    text = environment.get(MAX_REMOVED, "20")
    if not (text.isascii() and text.isdigit() and int(text) <= 100):
        raise LeveeError(f"{MAX_REMOVED} is no percentage", "set it to a whole number from 0 to 100", exit_code=2)
    return int(text)
