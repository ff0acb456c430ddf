"""What is claimed of the subscription filters by which log groups send their events on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from levee.plan.planned import Plan, PlannedCarrier
from levee.targets.aws.names import data_stream_arn, delivery_role_arn, subscription_name
from levee_infra.targets.aws.kinds.log_subscription.kind import BY_STREAM, SEPARATOR
from levee_infra.targets.aws.live import Unread
from levee_infra.targets.aws.proof import things
from levee_infra.targets.aws.proof.live import LiveAccount
from levee_infra.verify.account import AccountCheck, AccountResult, there

THERE: Final = there(things.SUBSCRIPTION)
EVENTS: Final = AccountCheck(things.SUBSCRIPTION, "events", "sends the declared events, as they were logged")
DESTINATION: Final = AccountCheck(things.SUBSCRIPTION, "destination", "sends to the declared data stream")
ROLE: Final = AccountCheck(things.SUBSCRIPTION, "role", "sends as the declared role")
ORDER: Final = AccountCheck(things.SUBSCRIPTION, "in order", "keeps the events of a log stream in their order")


def subscription_outcomes(plan: Plan, live: LiveAccount) -> Iterator[AccountResult]:
    """Everything about the subscription of every carrier."""
    for carrier in plan.carriers:
        group, wanted = str(carrier.source.log_group), subscription_name(carrier.name)
        name = f"{group}{SEPARATOR}{wanted}"
        filters = live.subscriptions.get(group)
        if isinstance(filters, Unread):
            yield THERE.unknown(name, filters.reason)
            continue
        found = next((each for each in filters or () if each.get("filterName") == wanted), None)
        if found is None:
            missing = "there is no such log group" if filters is None else "the log group has no such filter"
            yield THERE.fails(name, missing)
        else:
            yield THERE.holds(name, f"one of {len(filters or ())} of the log group")
            yield from _outcomes(plan, carrier, name, found)


def _outcomes(plan: Plan, carrier: PlannedCarrier, name: str, found: Mapping[str, Any]) -> Iterator[AccountResult]:
    sent, declared = found.get("filterPattern", ""), carrier.source.log_pattern
    chosen, transformed = found.get("fieldSelectionCriteria"), found.get("applyOnTransformedLogs")
    added = found.get("emitSystemFields")
    plain = sent == declared and not (chosen or transformed or added)
    words = [f"pattern {sent!r}, declared {declared!r}"]
    words += [f"of those only where {chosen}"] if chosen else []
    words += ["as transformed by the log group"] if transformed else []
    words += [f"with {', '.join(added)} added"] if added else []
    yield EVENTS.judged(name, holds=plain, found="; ".join(words))
    for check, key, expected in (
        (DESTINATION, "destinationArn", data_stream_arn(plan.boundary, carrier.name)),
        (ROLE, "roleArn", delivery_role_arn(plan.boundary, carrier.name)),
    ):
        yield check.judged(name, holds=found.get(key) == expected, found=str(found.get(key)))
    spread = found.get("distribution") or BY_STREAM  # what is left unsaid is that
    yield ORDER.judged(name, holds=spread == BY_STREAM, found=str(spread))
