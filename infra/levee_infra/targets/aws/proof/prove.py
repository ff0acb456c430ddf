"""Proves a stack's AWS account: what its policies come to, and whether everything is as declared."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from levee.plan.planned import Plan
from levee_infra.deployed.record import Record, Unreadable
from levee_infra.targets.aws.account import account_api
from levee_infra.targets.aws.kinds.alarm.claims import alarm_outcomes
from levee_infra.targets.aws.kinds.archive_bucket.claims import archive_outcomes
from levee_infra.targets.aws.kinds.data_stream.claims import data_stream_outcomes
from levee_infra.targets.aws.kinds.key.claims import key_outcomes
from levee_infra.targets.aws.kinds.log_subscription.claims import subscription_outcomes
from levee_infra.targets.aws.kinds.role.claims import role_outcomes
from levee_infra.targets.aws.kinds.role.delivery import delivery_outcomes
from levee_infra.targets.aws.kinds.secret.claims import secret_outcomes
from levee_infra.targets.aws.live import Unread
from levee_infra.targets.aws.proof.cluster import cluster_outcomes
from levee_infra.targets.aws.proof.identities import RecordedIdentities, identity_outcomes
from levee_infra.targets.aws.proof.inventory import account_inventory
from levee_infra.targets.aws.proof.live import LiveAccount
from levee_infra.verify.account import AccountResult


async def prove_account(
    plan: Plan, project: Path, recorded: Record | Unreadable, services: Collection[str] = ()
) -> tuple[AccountResult, ...]:
    """Read the account and judge it. Nothing is changed, and no secret is read.

    `services`, where there are any, are those whose roles are tried; the rest is judged as a whole.
    """
    api = account_api(plan, project)
    try:
        return judge_account(plan, await account_inventory(api, plan), services, _identities(recorded))
    finally:
        await api.close()


def _identities(recorded: Record | Unreadable) -> RecordedIdentities | Unread | None:
    if isinstance(recorded, Unreadable):
        return Unread(recorded.reason)
    return None if recorded.source is None else recorded.identities


def judge_account(
    plan: Plan,
    live: LiveAccount,
    services: Collection[str] = (),
    recorded: RecordedIdentities | Unread | None = None,
) -> tuple[AccountResult, ...]:
    """Every check about what was read. `recorded` is what the stack's state knows things by."""
    return (
        *role_outcomes(plan, live, services),
        *secret_outcomes(plan, live),
        *key_outcomes(plan, live),
        *archive_outcomes(plan, live),
        *alarm_outcomes(plan, live),
        *cluster_outcomes(plan, live),
        *data_stream_outcomes(plan, live),
        *delivery_outcomes(plan, live),
        *subscription_outcomes(plan, live),
        *identity_outcomes(plan, live, recorded),
    )
