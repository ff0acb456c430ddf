"""`levee up`, `levee preview`, `levee destroy`: carry a stack out."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from levee.clock import Clock
from levee.diagnostics import LeveeError
from levee_infra.cli.clearance import add_clearance_option
from levee_infra.cli.command import Commands
from levee_infra.cli.engine_option import add_engine_option
from levee_infra.cli.project import add_project_option, project_of
from levee_infra.cli.telling import Telling, add_json_option
from levee_infra.cli.waiting import waiting_for_cluster

if TYPE_CHECKING:
    from levee.plan.planned import Plan
    from levee_infra.engines.contract import Action, Outcome

DESCRIPTIONS = {
    "up": """\
Provision a stack: check its files, ask the cluster whether it is the declared one and contradicts nothing, refuse a
change that `levee guard` refuses, then create and change what differs. Settings changed by hand that the stack declares
are shown as drift and put back; what it doesn't declare is left alone. Nothing is ever replaced. Run it again after any
interruption: it goes on from there.
""",
    "preview": "Show what `levee up` would do. Changes nothing.",
    "destroy": """\
Delete everything the stack made: credentials are revoked, topics deleted. Refused as a whole while a regulated stream
is protected (see docs/how-to/retire-a-stream.md). An archive that holds anything, and what no dated entry lets be
deleted, stays and is let go of (docs/how-to/let-go.md).
""",
}


def register(commands: Commands) -> None:
    """Add the three commands."""
    for name, text in DESCRIPTIONS.items():
        summary = {"up": "provision a stack", "preview": "show what `up` would change", "destroy": "delete a stack"}[
            name
        ]
        parser = commands.add_parser(name, help=summary, description=text)
        parser.add_argument("stack", help="the stack's name: the folder under stacks/")
        add_engine_option(parser)
        if name != "destroy":
            add_json_option(parser)
        if name != "preview":
            parser.add_argument("--yes", "-y", action="store_true", help="don't ask before changing anything")
        if name != "destroy":
            add_clearance_option(parser)
        add_project_option(parser)
        parser.set_defaults(run=partial(run, name))


def run(name: str, arguments: argparse.Namespace) -> int:
    """Load, check, ask, deploy; the last line says what was done. A signal ends it, once an engine runs in its way."""
    from levee_infra.interruption import interrupt, on_signals

    with on_signals(interrupt):
        return _run(name, arguments)


def _run(name: str, arguments: argparse.Namespace) -> int:
    from levee.loading.load import load_plan
    from levee.plan.not_yet import not_yet_in_force
    from levee_infra.deployed.holder import EngineName
    from levee_infra.engines.choice import choose
    from levee_infra.engines.contract import Action, Deployment
    from levee_infra.engines.resource_words import kept_thing
    from levee_infra.targets.registry import target_of

    began = time.monotonic()
    telling = Telling(name, arguments.stack, as_json=getattr(arguments, "json", False))
    say = telling.say
    action, project = Action(name), project_of(arguments)
    clock = Clock.fixed(arguments.clock.now())  # one run, one day
    plan = load_plan(project, arguments.stack, clock.today())
    target = target_of(plan)
    engine = choose(EngineName(arguments.engine), project, arguments.stack)
    say(engine.introduction)
    boundary = plan.boundary
    say(f"stack {plan.stack}: {plan.target}, account {boundary.account}, {boundary.region}, {boundary.jurisdiction}")
    for waiting in not_yet_in_force(plan, clock.today()):
        say(f"warning: {waiting}")
    if action is not Action.DESTROY:
        for warning in _doubts(plan, project, clock.today(), changing=action is Action.UP):
            say(f"warning: {warning}")
    deploy = partial(Deployment, project=project, stack=arguments.stack, plan=plan, clock=clock)
    if action is not Action.DESTROY:
        deploy = partial(deploy, max_removed=arguments.max_removed, every=arguments.json)
    if action is not Action.PREVIEW and not arguments.yes:
        _must_be_asked(action, arguments.stack, asks_nobody=getattr(arguments, "json", False))
        if action is Action.UP:
            engine.run(deploy(action=Action.PREVIEW), say)
        _ask(action, arguments.stack)
        if arguments.clock.today() != clock.today():
            message = f"{clock.today()} has ended (UTC) since this was planned; nothing was changed"
            raise LeveeError(message, f"run it again: it is planned for {arguments.clock.today()} then")
    outcome = engine.run(deploy(action=action), say)
    if action is not Action.PREVIEW:
        outcome = replace(outcome, kept=target.stayed(plan, project, outcome.kept))
        for each in outcome.kept:
            say(f"let go of {kept_thing(each)}: {each.how}")
    say(_summary(action, outcome, time.monotonic() - began))
    telling.end(
        engine=engine.name.value,
        changes=_counts(outcome),
        let_go=[{"what": kept_thing(each), "how": each.how} for each in outcome.kept],
    )
    return 0


def _doubts(plan: Plan, project: Path, as_of: date, *, changing: bool) -> Iterator[str]:
    """What the rules, the cluster and the account say against the plan that stops nothing.

    Raises Rejected and LeveeError for what stops it.
    """
    from levee.targets.pending import pending
    from levee_infra.targets.preflight import preflight
    from levee_policies.gate import enforce
    from levee_policies.report.as_text import headline

    yield from map(headline, enforce(plan, project, as_of).warnings)
    yield from (f"{each.stream}: {each.what}" for each in pending(plan))
    with waiting_for_cluster(plan):
        doubts = preflight(plan, project, changing=changing)
    yield from doubts


def _must_be_asked(action: Action, stack: str, *, asks_nobody: bool) -> None:
    if asks_nobody or not sys.stdin.isatty():
        raise LeveeError(
            f"levee {action} {stack} changes the cluster and there is nobody to ask",
            f"look with `levee preview {stack}`, then add --yes",
            exit_code=2,
        )


def _ask(action: Action, stack: str) -> None:
    try:
        answer = input(f"{action} {stack}? Type the stack's name to go on: ")
    except EOFError:
        answer = ""
    if answer.strip() != stack:
        raise LeveeError("nothing was changed", "answer with the stack's name, or use --yes")


def _summary(action: Action, outcome: Outcome, seconds: float) -> str:
    words = {"create": "created", "update": "updated", "delete": "deleted", "let_go": "let go", "same": "unchanged"}
    if action.value == "preview":
        words |= {"create": "to create", "update": "to update", "delete": "to delete", "let_go": "to let go"}
    changes = _counts(outcome)
    counts = ", ".join(f"{changes[key]} {word}" for key, word in words.items() if changes.get(key))
    return f"{action}: {counts or 'nothing to do'} ({seconds:.1f} s)"


def _counts(outcome: Outcome) -> dict[str, int]:
    """How many resources, by what becomes of them: what is let go of is none of the deleted."""
    kept = len(outcome.kept)
    return {**outcome.changes, "delete": outcome.changes.get("delete", 0) - kept, "let_go": kept}
