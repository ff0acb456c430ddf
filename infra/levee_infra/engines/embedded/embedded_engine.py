"""Deploys with the embedded engine: the same program and providers, in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from levee.clock import Clock
from levee.diagnostics import LeveeError
from levee.plan.registered import Registered
from levee_infra.deployed.engine_error import EngineError
from levee_infra.deployed.holder import EngineName
from levee_infra.deployed.journal import before_this_run, begin_run, end_run, recorded
from levee_infra.deployed.judging import refused_changes
from levee_infra.deployed.kept import Kept, kept_on_removal, made_anew
from levee_infra.deployed.location import PROJECT, embedded_state
from levee_infra.engines.contract import Action, Deployment, Outcome, Report
from levee_infra.engines.display import Display
from levee_infra.engines.embedded import engine
from levee_infra.engines.embedded.errors import Interrupted, Refusal
from levee_infra.engines.embedded.event import Event, Op, PlanReady, ResourceEvent, Stage
from levee_infra.engines.embedded.hosting import Factory
from levee_infra.engines.embedded.judging import judge
from levee_infra.engines.embedded.registration import Registration
from levee_infra.engines.interrupted import interrupted
from levee_infra.engines.resource_words import ResourceWords
from levee_infra.ignored_folder import make_ignored
from levee_infra.providers.protocol.identity import RECREATED
from levee_policies.stack_evaluator import StackEvaluator, message


class EmbeddedEngine:
    """For laptops, tests and CI. Production is `pulumi up`."""

    name = EngineName.EMBEDDED

    def __init__(self, *, chosen: bool) -> None:
        why = "as asked" if chosen else "no `pulumi` on PATH"
        self.introduction = f"engine: embedded ({why}); for laptops, tests and CI. Production is `pulumi up`."

    def run(self, deployment: Deployment, report: Report) -> Outcome:
        """Plan everything, then change what differs. Raises LeveeError; a refused plan has changed nothing."""
        today = deployment.clock.today()
        held = recorded(deployment.project, deployment.stack)
        kept = dict(kept_on_removal(held, today))
        display = Display(
            report,
            ResourceWords(deployment.plan if deployment.action is not Action.DESTROY else None, held),
            every=deployment.every,
            kept=kept,
        )
        leaving: list[Kept] = []
        evaluator = StackEvaluator(deployment.project, deployment.stack, today, deployment.plan)
        request = engine.Run(
            project=PROJECT,
            stack=deployment.stack,
            operation=deployment.action,
            program=_program(deployment),
            providers=_providers(deployment.clock),
            state_directory=embedded_state(deployment.project, deployment.stack),
            rehearse=deployment.rehearse,
            on_event=partial(_take, deployment, display, {each.urn: each for each in held}, kept, leaving),
            judge=partial(_judge, deployment, evaluator, report),
        )
        _ignore(request.state_directory)
        try:
            summary = engine.run(request)
        except Interrupted as stopped:
            display.end()
            left = _held(deployment)
            raise interrupted(deployment, "embedded", stopped.number, left, at_once=stopped.at_once) from None
        except EngineError as error:
            display.end()
            raise LeveeError(display.text_of(error), display.advice(error), exit_code=error.exit_code) from None
        if deployment.action is not Action.PREVIEW:
            end_run(deployment.project, deployment.stack)
        display.end()
        return Outcome(
            changes=_counted(summary.changes, display.ungrouped),
            kept=tuple(leaving),
            told=frozenset(display.told),
            differing=frozenset(display.differing),
        )


def _counted(changes: Mapping[Op, int], ungrouped: int) -> dict[str, int]:
    less = {Op.DELETE: ungrouped}
    return {op.value: left for op, count in changes.items() if (left := count - less.get(op, 0)) > 0}


def _held(deployment: Deployment) -> Iterable[str] | None:
    try:
        return [each.type for each in recorded(deployment.project, deployment.stack)]
    except LeveeError:
        return None


def _ignore(state: Path) -> None:
    try:
        make_ignored(state)
    except OSError as error:
        raise LeveeError(f"the state directory {state} can't be made: {error.strerror}", "make room for it") from None


def _take(
    deployment: Deployment,
    display: Display,
    held: Mapping[str, Registered],
    kept: dict[str, Kept],
    leaving: list[Kept],
    event: Event,
) -> None:
    """Show an event; the one that everything was planned and let through comes before the first change."""
    if isinstance(event, ResourceEvent) and event.op is Op.REFRESH and event.urn in held and _shows_another(event):
        kept[event.urn] = made_anew(held[event.urn])
    if isinstance(event, ResourceEvent) and (event.stage, event.op) == (Stage.PLANNED, Op.DELETE) and event.urn in kept:
        leaving.append(kept[event.urn])
    if isinstance(event, PlanReady) and deployment.action is Action.UP:
        begin_run(deployment.project, deployment.stack)
    display.show(event)


def _shows_another(event: ResourceEvent) -> bool:
    return any(change.path == RECREATED and change.new for change in event.changes)


def _judge(
    deployment: Deployment, evaluator: StackEvaluator, report: Report, declared: Sequence[Registration]
) -> Iterator[Refusal]:
    yield from judge(evaluator, declared, report)
    deployed = before_this_run(deployment.project, deployment.stack)
    for finding in refused_changes(deployment.change, deployed, report):
        yield Refusal(urn="", message=message(finding))


def _program(deployment: Deployment) -> Callable[[], None]:
    from levee_infra.program import provision

    plan = deployment.plan
    return partial(provision, plan, deployment.project) if plan is not None else lambda: None


def _providers(clock: Clock) -> Mapping[str, Factory]:
    from levee_infra.providers.kafka.provider import KafkaProvider
    from levee_infra.providers.levee.provider import LeveeProvider

    return {"kafka": KafkaProvider, "levee": partial(LeveeProvider, clock)}
