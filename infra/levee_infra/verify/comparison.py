"""A plan held against its live cluster: one survey, without a login as anybody but the administrator."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Final, TypeVar

from levee.diagnostics import LeveeError
from levee.model.login import user_of
from levee.plan.planned import Plan
from levee_infra.deployed.record import Record, Unreadable
from levee_infra.kafka.connection import admin_connection
from levee_infra.verify.account import AccountResult, Proves
from levee_infra.verify.answer import Verdict
from levee_infra.verify.broker_connection import LoginRefused, Unreachable
from levee_infra.verify.client import Client
from levee_infra.verify.discrepancy import Discrepancy, Kind, discrepancies, identities, overdue
from levee_infra.verify.inventory import InventoryFailed, survey
from levee_infra.verify.live_state import LiveState
from levee_infra.verify.login import Login, UnusableLogin
from levee_infra.verify.owner import ownership
from levee_infra.verify.unexpected_access import outsiders, unexpected_access

Result = TypeVar("Result")

SETTLING_S: Final = 1.0
"""Before what isn't as declared is looked at again: brokers hear of a change a moment after it was made."""


class Comparison:
    """Looks at a cluster, and says where it isn't as the plan has it."""

    def __init__(self, plan: Plan, administrator: Client, recorded: Record | Unreadable, as_of: date) -> None:
        self.plan = plan
        self._as_of = as_of
        self.administrator = administrator
        self._recorded = recorded

    @property
    def recorded(self) -> Record:
        """What the stack's state knows; nothing where it can't be read."""
        return Record() if isinstance(self._recorded, Unreadable) else self._recorded

    async def look(self) -> LiveState:
        """The cluster's state. Raises LeveeError where it is another cluster, and what `survey` raises."""
        live = await survey(self.administrator, self.plan)
        if live.cluster_id != self.plan.cluster.id:
            raise LeveeError(
                f"the brokers are cluster {live.cluster_id}, and stack {self.plan.stack} declares "
                f"{self.plan.cluster.id}",
                "nothing was tried there; correct cluster.bootstrap or cluster.id in stack.yaml",
            )
        return live

    def compare(self, live: LiveState) -> tuple[Discrepancy, ...]:
        """Every difference."""
        plan = self.plan
        found = (
            *discrepancies(plan, live),
            *ownership(plan, live),
            *unexpected_access(plan, live.acls),
            *outsiders(plan, live.acls),
        )
        if isinstance(self._recorded, Unreadable):
            reason = f"unknown: {self._recorded.reason}"
            words = f"whether a topic was deleted and made again is {reason}"
            unknown = Discrepancy(Kind.TOPIC, "the topics themselves", "those that were recorded", reason, words)
            return (*found, unknown)
        ages = self._recorded.ages(plan, self._as_of)
        return (*found, *identities(plan, live, self._recorded.topic_ids), *overdue(ages))


def on_cluster(
    plan: Plan,
    project: Path,
    recorded: Record | Unreadable,
    as_of: date,
    work: Callable[[Comparison], Awaitable[Result]],
) -> Result:
    """Do something as the administrator on a day (UTC). Raises LeveeError where the cluster can't be read."""

    async def as_administrator() -> Result:
        async with Client(Login.of_connection(admin_connection(plan.cluster, project))) as administrator:
            return await work(Comparison(plan, administrator, recorded, as_of))

    try:
        return asyncio.run(as_administrator())
    except (UnusableLogin, InventoryFailed, Unreachable, LoginRefused) as error:
        raise LeveeError(
            f"cluster {plan.cluster.id} can't be read as {user_of(plan.cluster.security.admin) or 'admin'}: {error}",
            "without that nothing is proved; check that the cluster is up, and the login in cluster.security.admin",
        ) from None


def differences(plan: Plan, project: Path, recorded: Record, as_of: date) -> tuple[Discrepancy, ...]:
    """Every difference of the cluster's state on a day (UTC). Raises LeveeError where it can't be determined."""
    return on_cluster(plan, project, recorded, as_of, _differences)


def account_differences(target: Proves, plan: Plan, project: Path, recorded: Record) -> tuple[AccountResult, ...]:
    """What of the stack's account isn't as declared, or is unknown. Raises LeveeError where nobody can be asked."""
    outcomes = asyncio.run(target.prove(plan, project, recorded))
    return tuple(each for each in outcomes if each.verdict is not Verdict.AS_DECLARED)


async def _differences(comparison: Comparison) -> tuple[Discrepancy, ...]:
    if not (found := comparison.compare(await comparison.look())):
        return found
    await asyncio.sleep(SETTLING_S)
    return comparison.compare(await comparison.look())
