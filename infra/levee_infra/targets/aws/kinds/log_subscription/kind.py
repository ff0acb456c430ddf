"""``levee:aws:LogSubscription``: a filter that sends what a CloudWatch log group gets on, as it comes in.
from levee_infra.targets.aws.kinds.rights import rights
CloudWatch Logs delivers to Kinesis, Firehose and Lambda, and not to Kafka: a stream (``levee:aws:DataStream``) carries
it on. A subscription filter has no tags; it is distinguished by its name and destination. Source:
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html
"""

import asyncio
import re
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from levee.targets.aws.form import MOST_SUBSCRIPTION_FILTERS
from levee_infra.providers.protocol.declared import (
    BOOLEAN,
    TEXTS,
    Field,
    always,
    at_most,
    lasting,
    matching,
    needed,
    one_of,
)
from levee_infra.providers.protocol.failures import refused
from levee_infra.providers.protocol.fields import Fields, known
from levee_infra.providers.protocol.kind import Recorded
from levee_infra.providers.protocol.properties import Properties
from levee_infra.targets.aws.api import AwsError
from levee_infra.targets.aws.arn_scope import Arn, outside
from levee_infra.targets.aws.kinds.aws_kind import AwsKind, Live, changed
from levee_infra.targets.aws.kinds.log_subscription.live import ABSENT, filters_of
from levee_infra.targets.aws.kinds.rights import rights

SEPARATOR: Final = "|"
"""Between log group and filter in an id; no log group's name has it."""

GROUP: Final = re.compile(r"[.\-_/#A-Za-z0-9]{1,512}")
FILTER: Final = re.compile(r"[^:*|]{1,512}")
LONGEST_PATTERN: Final = 1024
BY_STREAM, RANDOM = "ByLogStream", "Random"
NO_NAME: Final = "is no name that CloudWatch Logs takes"
AS_LOGGED: Final = "events are sent as they were logged"

DESTINATIONS: Final[Mapping[str, str]] = {
    "kinesis": "stream/",
    "firehose": "deliverystream/",
    "lambda": "function:",
    "logs": "destination:",
}
"""What a filter can send to: services, and how their resources begin."""

NEEDS_ROLE: Final = frozenset({"kinesis", "firehose"})
"""The others say themselves who may send to them."""

UNREACHED: Final = "Could not "
"""So begin AWS's words when its test message didn't arrive: roles take seconds until they hold everywhere."""

PATIENCE_SECONDS: Final = 60.0
PAUSE_SECONDS: Final = 3.0

SENT: Final = ("filterPattern", "destinationArn", "roleArn", "distribution")
"""Inputs that can change; the API calls them the same."""

PLAIN: Final[Properties] = {"fieldSelectionCriteria": "", "applyOnTransformedLogs": False, "emitSystemFields": []}
"""Inputs that are always so: set otherwise by hand, they hold events back or change them. Once set, they stay until
they are put as they are here; the API calls them the same. Source: the API's page, and
https://github.com/hashicorp/terraform-provider-aws/pull/45760.
"""


class LogSubscription(AwsKind):
    """A subscription filter that sends on what a CloudWatch log group gets. The id is `<logGroup>|<filterName>`.

    A filter of that name that sends elsewhere is somebody else's, unless it is in the state: then it is drift.
    """

    token = "levee:aws:LogSubscription"  # noqa: S105 - a type token
    what = "subscription filter"
    needs = rights("logs", "DeleteSubscriptionFilter DescribeSubscriptionFilters PutSubscriptionFilter")
    takes = (
        lasting("logGroup", "It can't change.", check=matching(GROUP, NO_NAME)),
        lasting("filterName", "It can't change.", check=matching(FILTER, NO_NAME)),
        Field("filterPattern", "Empty: everything.", check=at_most(LONGEST_PATTERN)),
        needed(
            "destinationArn",
            "A Kinesis or Firehose stream, a function or a logs destination, in the same account and region.",
        ),
        Field("roleArn", "Whose rights CloudWatch Logs sends with; for Kinesis and Firehose, and for them only."),
        Field(
            "distribution",
            "`ByLogStream`, or `Random` over the shards of a Kinesis stream.",
            check=one_of(BY_STREAM, RANDOM),
        ),
        Field("fieldSelectionCriteria", "Always empty.", check=always("", AS_LOGGED, '""')),
        Field("applyOnTransformedLogs", "Always false.", BOOLEAN, check=always(value=False, reason=AS_LOGGED)),
        Field("emitSystemFields", "Always none.", TEXTS, check=always([], AS_LOGGED)),
    )
    gives = ()
    found_by = ("logGroup", "filterName", "destinationArn")

    def check_fields(self, fields: Fields, given: Mapping[str, Any]) -> None:
        """It stays in the stack's own account and region."""
        service = self._destination(fields)
        if given["distribution"] == RANDOM and service not in {None, "kinesis"}:
            fields.refuse("distribution", f"{RANDOM} goes with a Kinesis stream only")
        self._check_role(fields, service)

    def _destination(self, fields: Fields) -> str | None:
        """Return the destination's service, if it is known and can be one."""
        text = known(fields.text("destinationArn", required=True))
        if text is None:
            return None
        arn = Arn.parse(text)
        begins = DESTINATIONS.get(arn.service) if arn is not None else None
        if arn is None or begins is None or not arn.resource.startswith(begins):
            kinds = ", ".join(f"{service} {resource.rstrip('/:')}" for service, resource in DESTINATIONS.items())
            fields.refuse("destinationArn", f"must be the ARN of one of {kinds}: CloudWatch Logs can't send to Kafka")
            return None
        if reason := outside(text, self.api.connection):
            fields.refuse("destinationArn", reason)
        return arn.service

    def _check_role(self, fields: Fields, service: str | None) -> None:
        role = known(fields.text("roleArn", required=service in NEEDS_ROLE))
        if role is None:
            return
        if service is not None and service not in NEEDS_ROLE:
            fields.refuse("roleArn", f"goes with kinesis and firehose: a {service} destination says who may send to it")
        arn = Arn.parse(role)
        if arn is None or arn.service != "iam" or not arn.resource.startswith("role/"):
            fields.refuse("roleArn", f"{role} is no ARN of a role")
        elif reason := outside(role, self.api.connection):
            fields.refuse("roleArn", reason)

    async def look_for(self, new: Properties) -> Live | None:
        """By its names. Refuse somebody else's, and a log group that has no room."""
        group, name = str(new["logGroup"]), str(new["filterName"])
        filters = await filters_of(self.api, group)
        if filters is None:
            raise refused("logGroup", f"there is no log group {group}: make it first")
        live = _find(filters, group, name)
        if live is not None and live.inputs["destinationArn"] != new["destinationArn"]:
            raise refused(
                "filterName",
                f"the log group {group} has a filter {name} that sends to {live.inputs['destinationArn']}. One "
                f"that sends to {new['destinationArn']} is taken over: have its owner change it or remove it",
            )
        if live is None and len(filters) >= MOST_SUBSCRIPTION_FILTERS:
            others = ", ".join(f"{other['filterName']} (to {other['destinationArn']})" for other in filters)
            raise refused(
                "logGroup",
                f"the log group {group} has {len(filters)} filters already, and CloudWatch Logs takes no more: "
                f"{others}; remove one, or read from where it sends",
            )
        return live

    async def look_at(self, resource_id: str) -> Live | None:
        """One whose log group is gone is gone with it."""
        group, separator, name = resource_id.partition(SEPARATOR)
        if not separator:
            raise refused("", f"{resource_id} is no id of a subscription filter: <logGroup>{SEPARATOR}<filterName>")
        return _find(await filters_of(self.api, group) or (), group, name)

    async def make(self, new: Properties) -> Live:
        """Put it."""
        await self._put(new)
        return Live(f"{new['logGroup']}{SEPARATOR}{new['filterName']}", new)

    async def alter(self, live: Live, new: Properties, before: Properties) -> None:  # noqa: ARG002
        """Put all of it. Of what is always plain only what isn't: some of it is valid for some log groups only."""
        restored = [name for name in PLAIN if changed(live, new, name)]
        if restored or changed(live, new, *SENT) or live.inputs.get("roleArn") != new.get("roleArn"):
            await self._put(new, restored)

    async def remove(self, live: Live, recorded: Recorded) -> None:  # noqa: ARG002
        """Remove the filter; the log group keeps what it has."""
        await self.api.find(
            "logs",
            "delete_subscription_filter",
            ABSENT,
            logGroupName=live.inputs["logGroup"],
            filterName=live.inputs["filterName"],
        )

    async def _put(self, new: Properties, restored: Sequence[str] = ()) -> None:
        """Put it, again and again while AWS's test message doesn't arrive yet."""
        parameters = {name: new[name] for name in (*SENT, *restored) if new.get(name) is not None}
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                await self.api.call(
                    "logs",
                    "put_subscription_filter",
                    logGroupName=new["logGroup"],
                    filterName=new["filterName"],
                    **parameters,
                )
            except AwsError as error:
                too_early = error.code == "InvalidParameterException" and UNREACHED in str(error)
                if not too_early or time.monotonic() > until:
                    raise
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                return


def _find(filters: Sequence[Mapping[str, Any]], group: str, name: str) -> Live | None:
    for found in filters:
        if found["filterName"] == name:
            inputs: Properties = {sent: found.get(sent) for sent in SENT}
            inputs |= {name: found.get(name) or plain for name, plain in PLAIN.items()}
            inputs |= {"logGroup": group, "filterName": name}
            inputs["filterPattern"] = found.get("filterPattern", "")
            inputs["distribution"] = found.get("distribution") or BY_STREAM
            return Live(f"{group}{SEPARATOR}{name}", inputs)
    return None
