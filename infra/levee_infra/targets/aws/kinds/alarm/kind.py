"""``levee:aws:Alarm``: a CloudWatch alarm on a metric, or on several by metric math.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html. Putting an alarm
overwrites whatever has its name, so it is looked for first. Refreshing a stack lists all alarms once, and their tags
once (by the tagging API, which may be minutes behind): an alarm is asked for by itself only where the lists don't show
what is declared.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from levee.catalog.partition import partition_name
from levee.clock import Clock
from levee.targets.aws.form import LONGEST_ALARM_NAME, MOST_ALARM_ACTIONS
from levee_infra.providers.protocol.batching import PATIENT, Batch, BatchLimits
from levee_infra.providers.protocol.declared import (
    INTEGER,
    NUMBER,
    OBJECTS,
    TEXTS,
    Field,
    always_true,
    at_most,
    lasting,
    list_of,
    matching,
    needed,
    one_of,
)
from levee_infra.providers.protocol.fields import Fields
from levee_infra.providers.protocol.kind import Recorded
from levee_infra.providers.protocol.properties import Properties, Value, is_known, reveal
from levee_infra.targets.aws.api import Api
from levee_infra.targets.aws.arn_scope import Arn, outside
from levee_infra.targets.aws.kinds.alarm.live import (
    ACTIONS,
    ALWAYS_PUT,
    AT_ONCE,
    MISSING,
    ONE_METRIC,
    PAGE,
    alarms,
    inputs_of,
)
from levee_infra.targets.aws.kinds.alarm.metric_query import check_queries, plain_queries
from levee_infra.targets.aws.kinds.aws_kind import AwsKind, Live, changed, listing
from levee_infra.targets.aws.kinds.json_text import canonical
from levee_infra.targets.aws.kinds.rights import rights
from levee_infra.targets.aws.kinds.shared import ARN, TAGS
from levee_infra.targets.aws.tags import MANAGED_BY, from_list, tag_changes, tags_of, to_list

LONGEST_DESCRIPTION: Final = 1024
MOST_DIMENSIONS: Final = 30
SHORT_PERIODS: Final = (10, 20, 30)
"""Seconds; longer periods are multiples of a minute."""

MINUTE, HOUR, DAY = 60, 3600, 86_400
STATISTICS: Final = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")
EXTENDED: Final = re.compile(r"(p|tm|wm|tc|ts)\d{1,2}(\.\d{1,10})?|p100|IQM|(PR|TM|WM|TC|TS)\([\d.%:]+\)")
COMPARISONS: Final = (
    "GreaterThanOrEqualToThreshold",
    "GreaterThanThreshold",
    "LessThanThreshold",
    "LessThanOrEqualToThreshold",
)

WATCHED: Final = (*ONE_METRIC, "dimensions", "metrics")


DIMENSIONS: Final = list_of("levee:aws:Dimension", "a dimension", (needed("name"), needed("value")))


def _name_problem(name: str) -> str | None:
    if len(name) <= LONGEST_ALARM_NAME and not name.startswith(":"):
        return None
    return f"must be at most {LONGEST_ALARM_NAME} characters and not begin with a colon"


def _period_problem(seconds: int) -> str | None:
    is_one = seconds in SHORT_PERIODS or (seconds >= MINUTE and seconds % MINUTE == 0)
    return None if is_one else "must be 10, 20, 30 or a multiple of 60"


class Alarm(AwsKind):
    """A CloudWatch alarm on one metric, or on metric math. The id is its name.

    It tells topics of the same account and region, and no others.
    """

    token = "levee:aws:Alarm"  # noqa: S105 - a type token
    what = "alarm"
    needs = rights(
        "cloudwatch", "DeleteAlarms ListTagsForResource PutMetricAlarm TagResource UntagResource", "DescribeAlarms"
    )
    takes = (
        lasting("name", "It can't change.", check=at_most(LONGEST_ALARM_NAME)),
        needed("description", check=at_most(LONGEST_DESCRIPTION)),
        needed("comparison", "Such as `GreaterThanThreshold`.", check=one_of(*COMPARISONS)),
        needed("threshold", type=NUMBER),
        needed("evaluationPeriods", type=INTEGER),
        Field("datapointsToAlarm", "How many of the periods must breach; all by default.", INTEGER),
        Field("treatMissingData", "`missing`, `breaching`, `notBreaching` or `ignore`.", check=one_of(*MISSING)),
        always_true("actionsEnabled", "an alarm that tells nobody is none"),
        Field("actions", "SNS topics of the same account and region, told of an alarm.", TEXTS),
        Field("okActions", "The same, told of its end.", TEXTS),
        Field("insufficientDataActions", "The same, told of missing data.", TEXTS),
        Field("namespace", check=_name_problem),
        Field("metricName", check=_name_problem),
        Field("statistic", "Such as `Sum`; or `extendedStatistic`.", check=one_of(*STATISTICS)),
        Field(
            "extendedStatistic", "Such as `p99`.", check=matching(EXTENDED, "must be one of CloudWatch's, such as p99")
        ),
        Field("periodSeconds", "10, 20, 30 or a multiple of 60.", INTEGER, check=_period_problem),
        Field("dimensions", type=DIMENSIONS),
        Field("metrics", "Metric math instead of one metric, with the names of CloudWatch's MetricDataQuery.", OBJECTS),
        TAGS,
    )
    gives = (ARN, needed("datapointsToAlarm", type=INTEGER))

    def __init__(self, api: Api, clock: Clock) -> None:
        super().__init__(api, clock)
        self._listed = listing(self._list)
        limits = BatchLimits(items=AT_ONCE)
        self._described: Batch[str, Mapping[str, Any] | None] = Batch(self._describe, limits=limits, pace=PATIENT)
        self._removed: Batch[str, None] = Batch(self._remove, limits=limits, pace=PATIENT)

    # Checking

    def with_defaults(self, new: Properties) -> Properties:
        """All of the periods must breach, missing data says nothing; topics and dimensions are in order."""
        periods: Properties = {"datapointsToAlarm": new["evaluationPeriods"]} if "evaluationPeriods" in new else {}
        complete = super().with_defaults({**periods, **new})
        for name in ACTIONS:
            topics = reveal(complete[name])
            complete[name] = sorted(topics, key=canonical) if isinstance(topics, list) and is_known(topics) else topics
        dimensions, metrics = reveal(new.get("dimensions", [])), reveal(new.get("metrics"))
        if isinstance(dimensions, list) and is_known(dimensions) and not metrics:
            complete["dimensions"] = sorted(dimensions, key=canonical)
        if isinstance(metrics, list) and is_known(metrics):
            complete["metrics"] = plain_queries(metrics)
        return complete

    def check_fields(self, fields: Fields, given: Mapping[str, Any]) -> None:
        """Whom it tells is inside the boundary; the rest is what CloudWatch takes."""
        for name in ACTIONS:
            self._check_actions(fields, name, given[name] or ())
        if fields.objects("metrics"):
            check_queries(fields, given)
            for name in (*ONE_METRIC, "dimensions"):
                if fields.has(name):
                    fields.refuse(name, "goes with one metric: leave it out where metrics are declared")
        else:
            _check_metric(fields, given)
        _check_periods(fields, given)

    def _check_actions(self, fields: Fields, name: str, topics: Sequence[str]) -> None:
        if len(topics) > MOST_ALARM_ACTIONS:
            fields.refuse(name, f"are {len(topics)}, CloudWatch takes {MOST_ALARM_ACTIONS}")
        for topic in topics:
            arn = Arn.parse(topic)
            if arn is None or arn.service != "sns":
                fields.refuse(name, f"{topic} is no ARN of an SNS topic")
            elif reason := outside(topic, self.api.connection):
                fields.refuse(name, reason)

    # Looking

    async def look_for(self, new: Properties) -> Live | None:
        """By its name."""
        return await self.look_at(str(new["name"]))

    async def look_at(self, resource_id: str) -> Live | None:
        """By itself, and its tags, too: lists of tags lag behind."""
        alarm = await self._described.submit(resource_id)
        if alarm is None:
            return None
        answer = await self.api.find(
            "cloudwatch", "list_tags_for_resource", ("ResourceNotFoundException",), ResourceARN=alarm["AlarmArn"]
        )
        return None if answer is None else _live(alarm, from_list(answer["Tags"]))

    async def listed(self, resource_id: str) -> Live | None:
        """From the list of what levee manages."""
        return (await self._listed.get(resource_id)).get(resource_id)

    # Changing

    async def make(self, new: Properties) -> Live:
        """Put all of it, with its tags."""
        await self._put(new, Tags=to_list(tags_of(new)))
        here = self.api.connection
        arn = f"arn:{partition_name(here.region)}:cloudwatch:{here.region}:{here.account}:alarm:{new['name']}"
        return Live(str(new["name"]), new, {"arn": arn})

    async def alter(self, live: Live, new: Properties, before: Properties) -> None:
        """Put all of it: what isn't named would be reset. Tags of an alarm that exists have requests of their own."""
        differs = changed(live, new, *ALWAYS_PUT, *WATCHED)
        if differs or any(live.inputs.get(name) for name in WATCHED if name not in new):
            await self._put(new)
        tags, gone = tag_changes(live.inputs, new, before)
        if tags:
            await self.api.call("cloudwatch", "tag_resource", ResourceARN=live.outputs["arn"], Tags=to_list(tags))
        if gone:
            await self.api.call("cloudwatch", "untag_resource", ResourceARN=live.outputs["arn"], TagKeys=gone)
        self._listed.forget()

    async def delete(self, recorded: Recorded) -> None:
        """By name, together with others: looking at each first would cost two requests for each."""
        await self._removed.submit(recorded.id)

    async def remove(self, live: Live, recorded: Recorded) -> None:  # noqa: ARG002
        """Remove it."""
        await self._removed.submit(live.id)

    # Requests

    async def _put(self, new: Properties, **more: Any) -> None:
        parameters = {api: new[name] for name, api in {**ALWAYS_PUT, **ONE_METRIC}.items() if new.get(name) is not None}
        if new.get("metrics") is not None:
            parameters["Metrics"] = new["metrics"]
        else:
            dimensions = new["dimensions"]
            assert isinstance(dimensions, list)
            parameters["Dimensions"] = [_api_dimension(each) for each in dimensions]
        await self.api.call("cloudwatch", "put_metric_alarm", AlarmName=new["name"], **parameters, **more)
        self._listed.forget()

    async def _describe(self, names: Sequence[str]) -> list[Mapping[str, Any] | None]:
        found = await alarms(self.api, AlarmNames=list(dict.fromkeys(names)))
        return [found.get(name) for name in names]

    async def _remove(self, names: Sequence[str]) -> list[None]:
        """Name only those that exist: CloudWatch removes none where one is missing."""
        there = [name for name, alarm in zip(names, await self._describe(names), strict=True) if alarm is not None]
        if there:
            await self.api.call("cloudwatch", "delete_alarms", AlarmNames=list(dict.fromkeys(there)))
        self._listed.forget()
        return [None] * len(names)

    async def _list(self) -> Mapping[str, Live]:
        """List what levee manages."""
        found, tagged = await asyncio.gather(
            alarms(self.api),
            self.api.pages(
                "resourcegroupstaggingapi",
                "get_resources",
                "ResourceTagMappingList",
                TagFilters=[{"Key": MANAGED_BY}],
                ResourceTypeFilters=["cloudwatch:alarm"],
                PaginationConfig=PAGE,
            ),
        )
        tags = {entry["ResourceARN"]: from_list(entry["Tags"]) for entry in tagged}
        ours = {name: alarm for name, alarm in found.items() if alarm["AlarmArn"] in tags}
        return {name: _live(alarm, tags[alarm["AlarmArn"]]) for name, alarm in ours.items()}


def _live(alarm: Mapping[str, Any], tags: Mapping[str, str]) -> Live:
    return Live(alarm["AlarmName"], {**inputs_of(alarm), "tags": {**tags}}, {"arn": alarm["AlarmArn"]})


def _check_metric(fields: Fields, given: Mapping[str, Any]) -> None:
    for name in ("namespace", "metricName", "periodSeconds"):
        if not fields.has(name):
            fields.refuse(name, f"the alarm needs {name}")
    if fields.has("statistic") == fields.has("extendedStatistic"):
        fields.refuse("statistic", "must be declared, or extendedStatistic, and not both")
    names = [str(dimension.get("name")) for dimension in given["dimensions"] or ()]
    if len(names) > MOST_DIMENSIONS or len(set(names)) < len(names):
        fields.refuse("dimensions", f"must be at most {MOST_DIMENSIONS}, each name once")


def _check_periods(fields: Fields, given: Mapping[str, Any]) -> None:
    periods, datapoints, seconds = (given[name] for name in ("evaluationPeriods", "datapointsToAlarm", "periodSeconds"))
    if periods is None:
        return
    if periods < 1:
        fields.refuse("evaluationPeriods", "must be 1 or more")
    elif datapoints is not None and not 1 <= datapoints <= periods:
        fields.refuse("datapointsToAlarm", f"must be 1 to {periods}, as many as evaluationPeriods")
    longest = 7 * DAY if seconds is not None and seconds >= HOUR else DAY
    if seconds is not None and seconds * periods > longest:
        fields.refuse("evaluationPeriods", f"times periodSeconds must be at most {longest} seconds")


def _api_dimension(dimension: Value) -> dict[str, Value]:
    assert isinstance(dimension, dict)
    return {"Name": dimension["name"], "Value": dimension["value"]}
