"""Deploys with the embedded engine: the same program and providers, in this process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderServicer

from infra.deployment.contract import Action, Deployment, Outcome, Report
from infra.deployment.display import Display
from infra.deployment.judging import judge
from infra.deployment.location import embedded_state
from infra.embedded import engine
from infra.embedded.errors import EngineError
from infra.embedded.journal import Identity, load
from levee.diagnostics import LeveeError
from policies.desk import Desk

PROJECT: Final = "levee"  # the name in Pulumi.yaml: both engines write the same URNs


class EmbeddedEngine:
    """For laptops, tests and CI. Production is `pulumi up`."""

    def __init__(self, *, chosen: bool) -> None:
        why = "as asked" if chosen else "no `pulumi` on PATH"
        self.introduction = f"engine: embedded ({why}); for laptops, tests and CI. Production is `pulumi up`."

    def run(self, deployment: Deployment, report: Report) -> Outcome:
        """Plan everything, then change what differs. Raises LeveeError; a refused plan has changed nothing."""
        display = Display(report, preview=deployment.action is Action.PREVIEW)
        today = date.today()  # noqa: DTZ011 - a day in the operator's calendar
        desk = Desk(deployment.project, deployment.stack, today, deployment.plan)
        request = engine.Run(
            project=PROJECT,
            stack=deployment.stack,
            operation=engine.Operation(deployment.action.value),
            program=_program(deployment),
            providers=_providers(),
            state_directory=embedded_state(deployment.project, deployment.stack),
            config={},
            on_event=display.show,
            judge=partial(judge, desk),
        )
        try:
            summary = engine.run(request)
        except EngineError as error:
            display.end()
            raise LeveeError(display.text_of(error), display.advice(error), exit_code=error.exit_code) from None
        display.end()
        return Outcome(changes={op.value: count for op, count in summary.changes.items()})


def _program(deployment: Deployment) -> Callable[[], None]:
    from infra.program import provision

    plan = deployment.plan
    return partial(provision, plan, deployment.project) if plan is not None else lambda: None


def _providers() -> Mapping[str, Callable[[], ResourceProviderServicer]]:
    from infra.providers.kafka.provider import KafkaProvider
    from infra.providers.levee.provider import LeveeProvider

    return {"kafka": KafkaProvider, "levee": LeveeProvider}


def resource_counts(project: Path, stack: str) -> dict[str, int]:
    """How many resources of each type the embedded state of a stack holds; empty where it was never deployed.

    Raises LeveeError (exit 2) where the state can't be read: that is never an empty one.
    """
    directory = embedded_state(project, stack)
    if not directory.exists():
        return {}
    try:
        state = load(directory, Identity(PROJECT, stack))
    except EngineError as error:
        raise LeveeError(error.message, error.help, exit_code=error.exit_code) from None
    counts: dict[str, int] = {}
    for resource in state.resources.values():
        counts[resource.type] = counts.get(resource.type, 0) + 1
    return counts
