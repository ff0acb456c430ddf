"""The look at a stack's account: who calls, the cluster, keys, buckets and topics that the plan names."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from levee.diagnostics import LeveeError
from levee.model.problem import Problem
from levee.plan.planned import Plan
from levee_infra.providers.protocol.failures import FailedError, RefusedError
from levee_infra.targets.aws.account import account_api
from levee_infra.targets.aws.api import Api
from levee_infra.targets.aws.preflight.buckets import look_at_buckets
from levee_infra.targets.aws.preflight.caller import misplaced_caller
from levee_infra.targets.aws.preflight.cluster import look_at_cluster
from levee_infra.targets.aws.preflight.keys import look_at_keys
from levee_infra.targets.aws.preflight.rights import look_at_rights
from levee_infra.targets.aws.preflight.topics import look_at_topics
from levee_infra.targets.findings import Findings

_START: Final = "check what answers at `aws.endpoint`; for the local stack: `levee local up --aws`"


def look_at_account(plan: Plan, project: Path) -> Findings:
    """Ask the account of a stack. Raises LeveeError where nobody answers."""
    api = account_api(plan, project)
    # Pulumi runs the program inside an event loop of its own.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, _look(plan, api)).result()


async def _look(plan: Plan, api: Api) -> Findings:
    try:
        caller = str((await api.call("sts", "get_caller_identity"))["Arn"])
    except RefusedError as refusal:
        help_ = "nothing else was asked of that account, and nothing was changed"
        return Findings((Problem("wrong-account", refusal.problems[0].reason, help_, plan.origin.at("account")),))
    except FailedError as error:
        check = "check credentials and network" if plan.block.endpoint is None else _START
        raise LeveeError(str(error), f"without an answer nothing is changed; {check}") from None
    else:
        looks = (look_at_cluster, look_at_keys, look_at_buckets, look_at_topics)
        found = await asyncio.gather(look_at_rights(plan, api, caller), *(look(plan, api) for look in looks))
        return Findings.together((Findings(tuple(misplaced_caller(plan, caller))), *found))
    finally:
        await api.close()
