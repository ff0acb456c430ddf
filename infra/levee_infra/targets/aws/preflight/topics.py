"""The SNS topics that alarms tell."""

from __future__ import annotations

import asyncio
from typing import Final

from levee.model.origin import Origin
from levee.model.problem import Problem
from levee.plan.planned import Plan
from levee.targets.aws.block import aws_block
from levee_infra.providers.protocol.failures import FailedError
from levee_infra.targets.aws.api import Api, AwsError
from levee_infra.targets.aws.arn_scope import outside
from levee_infra.targets.findings import Findings, unverified

ABSENT = ("NotFound", "NotFoundException")
DENIED: Final = frozenset({"AuthorizationError", "AccessDenied", "AccessDeniedException"})


async def look_at_topics(plan: Plan, api: Api) -> Findings:
    """An alarm that tells a topic which isn't there tells nobody, and CloudWatch doesn't say so."""
    origin = plan.block.origin.at("alarm_actions")
    looks = (_look(api, topic, origin.at(index)) for index, topic in enumerate(aws_block(plan).alarm_actions))
    return Findings.together(await asyncio.gather(*looks))


async def _look(api: Api, topic: str, origin: Origin) -> Findings:
    if reason := outside(topic, api.connection):
        return Findings((Problem("outside", reason, "name a topic of the stack's own account and region", origin),))
    try:
        found = await api.find("sns", "get_topic_attributes", ABSENT, TopicArn=topic)
    except AwsError as error:
        if error.code in DENIED:  # to publish there is CloudWatch's right, not the caller's
            return Findings(warnings=(f"whether the topic {topic} exists can't be determined: {error}",))
        return Findings((unverified(f"the topic {topic}", error, origin),))
    except FailedError as error:
        return Findings((unverified(f"the topic {topic}", error, origin),))
    if found is None:
        message = f"there is no topic {topic}: alarms would tell nobody"
        return Findings((Problem("no-topic", message, "make the topic first, or correct its ARN", origin),))
    return Findings()
