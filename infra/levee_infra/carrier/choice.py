"""Which of a stack's carriers is meant."""

from __future__ import annotations

from levee.diagnostics import LeveeError
from levee.plan.planned import Plan, PlannedCarrier


def choose(plan: Plan, service: str | None, stream: str | None) -> PlannedCarrier:
    """The one of this service and stream, either of which may be left out where it is the only one.

    Raises LeveeError (exit 2) with those that there are.
    """
    if not plan.carriers:
        raise LeveeError(
            f"stack {plan.stack} has nothing to carry: no stream of it has a source with a log group",
            "declare a source with `kind: cloudwatch-logs` and `log_group: …` in a stack with `target: aws`",
            exit_code=2,
        )
    found = [each for each in plan.carriers if service in (None, each.source.service) and stream in (None, each.stream)]
    if len(found) == 1:
        return found[0]
    asked = " ".join(filter(None, (service, stream and f"--stream {stream}"))) or "which one is to run"
    listed = "; ".join(
        f"levee carry {plan.stack} {each.source.service} --stream {each.stream}" for each in plan.carriers
    )
    problem = (
        f"there is no carrier {asked}" if not found else f"there are {len(found)} carriers: say which one is to run"
    )
    raise LeveeError(f"stack {plan.stack}: {problem}", f"its carriers: {listed}", exit_code=2)
