"""What an alarm watches where one metric doesn't say it, such as the sum over all brokers of a cluster: metric math, or
one query in Metrics Insights' SQL.

Queries are written with CloudWatch's own names, as PutMetricAlarm takes them:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html. Limits of both:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-limits.html.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from levee.targets.aws.form import LONGEST_QUERY_SECONDS, MOST_METRICS
from levee_infra.providers.protocol.fields import Fields
from levee_infra.providers.protocol.properties import Properties, Value, is_known, reveal
from levee_infra.targets.aws.kinds.json_text import canonical

MINUTE: Final = 60
"""Seconds: the shortest period of a query in SQL."""

ID: Final = re.compile(r"[a-z][A-Za-z0-9_]{0,254}")
QUERY: Final = ("Id", "Expression", "MetricStat", "Label", "ReturnData", "Period")
"""Without AccountId: an alarm watches its own account."""

STAT: Final = ("Metric", "Period", "Stat", "Unit")
METRIC: Final = ("Namespace", "MetricName", "Dimensions")
DIMENSION: Final = ("Name", "Value")


def check_queries(fields: Fields, given: Mapping[str, Any]) -> None:
    """Note what is wrong with the shape of the queries under ``metrics``."""
    queries = given["metrics"]
    if queries is None or not is_known([*queries]):
        return
    problems = [problem for number, query in enumerate(queries) for problem in _query_problems(number, query)]
    if len({str(query.get("Id")) for query in queries}) < len(queries):
        problems.append("two queries have one Id")
    if sum(query.get("ReturnData") is True for query in queries) != 1:
        problems.append("exactly one query must have ReturnData true: it is what is compared with the threshold")
    if (metrics := sum("MetricStat" in query for query in queries)) > MOST_METRICS:
        problems.append(
            f"at most {MOST_METRICS} metrics can be watched together, these are {metrics}: watch fewer of them"
        )
    problems += _select_problems([query for query in queries if _is_select(query)], given["evaluationPeriods"])
    if not any("MetricStat" in query or _is_select(query) for query in queries):
        problems.append("a query must have a MetricStat, or be a SELECT: other expressions alone watch nothing")
    for problem in problems:
        fields.refuse("metrics", problem)


def plain_queries(queries: Sequence[Any]) -> Value:
    """Write queries in one form for one meaning: without what is empty, dimensions by name. None if there are none."""
    return [_plain(query) for query in queries] or None


def _is_select(query: Mapping[str, Value]) -> bool:
    return str(query.get("Expression", "")).upper().startswith("SELECT ")


def _select_problems(selects: Sequence[Properties], periods: int | None) -> Iterator[str]:
    if len(selects) > 1:
        yield "at most one query may be a SELECT"
    for select in selects:
        seconds = reveal(select.get("Period"))
        if not isinstance(seconds, int) or seconds < MINUTE or seconds % MINUTE:
            yield f"a SELECT needs a Period, a multiple of {MINUTE} seconds"
        elif seconds * (periods or 1) > LONGEST_QUERY_SECONDS:
            longest = f"{LONGEST_QUERY_SECONDS} seconds at most"
            yield f"a SELECT looks back {longest}: evaluationPeriods times its Period is more"


def _plain(value: Any) -> Any:
    match value:
        case Mapping():
            plain = {key: _plain(inner) for key, inner in value.items() if inner not in (None, [], "")}
            if isinstance(dimensions := plain.get("Dimensions"), list):
                plain["Dimensions"] = sorted(dimensions, key=canonical)
            return plain
        case list():
            return [_plain(element) for element in value]
        case _:
            return value


def _query_problems(number: int, query: Properties) -> Iterator[str]:
    where = f"query {number + 1}"
    yield from _unknown_keys(where, query, QUERY)
    if not ID.fullmatch(str(query.get("Id", ""))):
        yield f"{where} needs an Id that begins with a lower-case letter"
    if not isinstance(query.get("ReturnData"), bool):
        yield f"{where} needs ReturnData, true or false"
    if ("Expression" in query) == ("MetricStat" in query):
        yield f"{where} needs either an Expression or a MetricStat"
    if "Expression" in query and not _is_text(query["Expression"]):
        yield f"{where}.Expression must be text"
    if "MetricStat" in query:
        yield from _stat_problems(f"{where}.MetricStat", reveal(query["MetricStat"]))


def _stat_problems(where: str, stat: Value) -> Iterator[str]:
    if not isinstance(stat, dict) or not isinstance(stat.get("Metric"), dict):
        yield f"{where} must be an object with a Metric, a Period and a Stat"
        return
    yield from _unknown_keys(where, stat, STAT)
    if not _is_text(stat.get("Stat")) or not isinstance(stat.get("Period"), int):
        yield f"{where} needs a Stat, such as Sum, and a Period in seconds"
    metric = stat["Metric"]
    assert isinstance(metric, dict)
    yield from _unknown_keys(f"{where}.Metric", metric, METRIC)
    if not _is_text(metric.get("Namespace")) or not _is_text(metric.get("MetricName")):
        yield f"{where}.Metric needs a Namespace and a MetricName"
    dimensions = metric.get("Dimensions", [{"Name": "x", "Value": "x"}])
    if not isinstance(dimensions, list) or not dimensions or not all(map(_is_dimension, dimensions)):
        yield f"{where}.Metric.Dimensions must be objects of a Name and a Value; leave it out where there are none"


def _unknown_keys(where: str, value: Mapping[str, Value], allowed: Collection[str]) -> Iterator[str]:
    for key in value:
        if key not in allowed:
            yield f"{where} has no {key}; it has {', '.join(allowed)}"


def _is_dimension(value: Value) -> bool:
    return isinstance(value, dict) and set(value) == set(DIMENSION) and all(map(_is_text, value.values()))


def _is_text(value: Value) -> bool:
    return isinstance(value, str) and value != ""
