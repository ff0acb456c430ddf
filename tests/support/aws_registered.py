"""What levee registers of a plan in an AWS account, as its provider completes it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from levee.clock import SYSTEM_CLOCK
from levee.plan.planned import Plan
from levee.plan.registered import Registered
from levee_infra.program import provision
from levee_infra.providers.protocol.kind import Declaration, Naming
from levee_infra.providers.protocol.properties import decode
from levee_infra.targets.aws.api import Api
from levee_infra.targets.aws.connection import AwsConnection
from levee_infra.targets.aws.platform import KINDS
from tests.support.aws.api import ACCOUNT, REGION
from tests.support.aws_outputs import outputs
from tests.support.recorder import record

URN = "urn:pulumi:test::levee::{type}::{name}"

Resources = dict[tuple[str, str], Registered]


def registered(plan: Plan, project: Path) -> Resources:
    """Every resource of the program, by type and name."""
    recorder = record(lambda: provision(plan, project), outputs)
    kinds = {kind.token: kind(Api(AwsConnection(ACCOUNT, REGION)), SYSTEM_CLOCK) for kind in KINDS}

    async def checked(token: str, name: str) -> Mapping[str, Any]:
        inputs = decode(recorder.requests[token, name].object)
        return await kinds[token].check(Declaration(inputs, {}, Naming(name))) if token in kinds else inputs

    async def everything() -> Resources:
        return {
            (token, name): Registered(
                urn=URN.format(type=token, name=name),
                type=token,
                name=name,
                properties=await checked(token, name),
                protected=request.protect,
            )
            for (token, name), request in recorder.requests.items()
        }

    return asyncio.run(everything())
