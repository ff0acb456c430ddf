"""`levee drift`: what is live, held against what is declared."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from levee.clock import Clock
from levee.diagnostics import LeveeError
from levee_infra.cli.command import Commands
from levee_infra.cli.engine_option import add_engine_option
from levee_infra.cli.failure import show
from levee_infra.cli.project import add_project_option, project_of
from levee_infra.cli.telling import ACTIONS, Telling, add_json_option
from levee_infra.cli.waiting import waiting_for_cluster

if TYPE_CHECKING:
    from levee.plan.credential_age import CredentialAge
    from levee.plan.planned import Plan
    from levee_infra.engines.contract import Deployment, Outcome
    from levee_infra.verify.account import AccountResult
    from levee_infra.verify.discrepancy import Discrepancy

DRIFT = 3

DESCRIPTION = """\
Read everything that the stack made, from the cluster and the cloud, and show what differs from its files: what was
changed by hand, what is gone, what is declared and not there yet, and who else may touch the stack's streams: all that
`levee verify` finds of the state of cluster and account, without logging in as anybody. Changes nothing; `levee up`
puts right what is the stack's own.
"""
EPILOG = """\
exit codes: 0 nothing differs, 1 it can't be determined, 2 bad usage or unreadable input, 3 something differs
"""


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "drift",
        help="show where what is live differs from the files",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("stack", help="the stack's name: the folder under stacks/")
    add_engine_option(parser)
    add_json_option(parser)
    add_project_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Compare, and answer 3 where anything differs, whatever else can't be determined."""
    from levee.loading.load import load_plan
    from levee_infra.deployed.holder import EngineName
    from levee_infra.engines.choice import choose
    from levee_infra.engines.record import record_of
    from levee_infra.targets.preflight import doubts
    from levee_infra.targets.registry import target_of
    from levee_infra.verify.comparison import account_differences, differences

    telling = Telling("drift", arguments.stack, as_json=arguments.json)
    say, project = telling.say, project_of(arguments)
    clock = Clock.fixed(arguments.clock.now())
    plan = load_plan(project, arguments.stack, clock.today())
    engine = choose(EngineName(arguments.engine), project, arguments.stack)
    say(engine.introduction)
    record = record_of(project, plan.stack)
    with waiting_for_cluster(plan):
        doubtful, found = doubts(plan, project), differences(plan, project, record, clock.today())
        account = account_differences(target_of(plan), plan, project, record)
    for doubt in (*doubtful, *_due_soon(record.ages(plan, clock.today()))):
        say(f"warning: {doubt}")
    failure, outcome, shown = None, None, list[str]()

    def tell(line: str) -> None:
        if line[:2] in ACTIONS:
            shown.append(line)
        say(line)

    try:
        outcome = engine.run(_look(project, plan, clock), tell)
    except LeveeError as error:  # what differs may be why: it is reported all the same
        failure = error
    for line in _unknown_policy(found, outcome, shown):
        tell(f"! {line}")
    unknown = _tell_account(_untold_of_account(account, outcome), tell)
    differing = len(shown) or (outcome.changed if outcome is not None else 0)
    complete = failure is None and not unknown
    code = _concluded(telling, differing, failure, all_told=not unknown)
    telling.end(engine=engine.name.value, complete=complete, differing=differing, unknown=unknown)
    return code


def _concluded(telling: Telling, differing: int, failure: LeveeError | None, *, all_told: bool) -> int:
    """Say what came of it; the exit code."""
    if failure is not None:
        show(failure)
        return DRIFT if differing else failure.exit_code
    if differing or all_told:
        telling.say(f"drift: {_count(differing)}" if differing else "drift: nothing differs from the files")
        return DRIFT if differing else 0
    telling.say("drift: not all can be determined")
    return 1


def _look(project: Path, plan: Plan, clock: Clock) -> Deployment:
    from levee_infra.engines.contract import Action, Deployment

    return Deployment(
        project=project,
        stack=plan.stack,
        action=Action.PREVIEW,
        plan=plan,
        clock=clock,
        max_removed=100,
        rehearse=False,
        every=True,
    )


def _due_soon(ages: Iterable[CredentialAge]) -> Iterator[str]:
    """The passwords that are in time, and soon aren't; the others are differences."""
    from levee.plan.credential_age import Due

    for age in ages:
        if age.due is Due.SOON:
            yield f"{age.username}: {age.found}; {age.remedy}"


def _unknown_policy(found: Iterable[Discrepancy], outcome: Outcome | None, shown: Iterable[str]) -> list[str]:
    """The differences on the cluster that the engine didn't show, each once. `shown`: what it did show."""
    told = {line[2:] for line in shown} | (frozenset() if outcome is None else outcome.told)
    whole: Collection[str] = () if outcome is None else outcome.differing
    return list(dict.fromkeys(each.line for each in found if each.line not in told and each.thing not in whole))


def _untold_of_account(found: Iterable[AccountResult], outcome: Outcome | None) -> Iterator[AccountResult]:
    """What isn't so in the account, less the things that the engine showed as differing."""
    told: Collection[str] = () if outcome is None else outcome.differing
    yield from (each for each in found if each.name not in told)


def _tell_account(found: Iterable[AccountResult], tell: Callable[[str], None]) -> list[str]:
    """Tell what isn't so in the account; what of it is unknown."""
    from levee_infra.verify.answer import Verdict

    unknown = []
    for each in found:
        line = f"{each.check.thing.value} {each.name}  {each.check.text}: {each.found}"
        if each.verdict is Verdict.UNKNOWN:
            unknown.append(line)
            tell(f"warning: it can't be determined of {line}")
        else:
            tell(f"! {line}")
    return unknown


def _count(number: int) -> str:
    return f"{number:,} difference{'s' if number != 1 else ''} from the files"
