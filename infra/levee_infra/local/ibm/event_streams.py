"""Event Streams' Admin REST: an instance's topics."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from levee_infra.local.ibm.account import demand
from levee_infra.local.ibm.authorization import Resource, wildcard
from levee_infra.local.ibm.resource_controller import GEN2
from levee_infra.local.ibm.routing import JSON, Answer, Call, Refused, Service, link, page_of
from levee_infra.local.ibm.rows import Row, Table

LONGEST_NAME, MOST_PARTITIONS, HOUR_MS, ALL = 200, 1000, 3_600_000, 1_000_000_000
PARTITIONS: Final[Mapping[str, int]] = {"lite": 1, "standard": 100}
"""Of an instance ([ES] limits_quotas.md); Enterprise has 3000."""

DEFAULTS: Final[Mapping[str, str]] = {
    "cleanup.policy": "delete",
    "retention.ms": "86400000",
    "retention.bytes": "1073741824",
    "segment.bytes": "536870912",
}
"""[EPY] the sample of a topic; retention.ms by [ES] using_admin_kafka_api.md."""

CONFIGS: Final = frozenset({*DEFAULTS, "segment.ms", "segment.index.bytes"})
"""[TF] resource_ibm_event_streams_topic.go:36."""

ENTERPRISE_ONLY: Final = frozenset({"retention.bytes", "segment.bytes", "segment.ms", "segment.index.bytes"})
"""[ES] using_admin_kafka_api.md."""

CLEANUPS: Final = frozenset({"delete", "compact", "delete,compact", "compact,delete"})

_COMPOSED = "[EPY] schema error: the status with Kafka's error code; I: which code of Kafka's"
TOPICS = Service(
    "event-streams",
    {
        "40000": (400, "[EPY] the body isn't JSON"),
        "40100": (401, _COMPOSED),
        "40329": (403, _COMPOSED),
        "40331": (403, _COMPOSED),
        "40403": (404, _COMPOSED),
        "42217": (422, _COMPOSED),
        "42236": (422, _COMPOSED),
        "42237": (422, _COMPOSED),
        "42240": (422, _COMPOSED),
        "42244": (422, _COMPOSED),
    },
    lambda refused, status, trace: {
        "error_code": int(f"{status}{refused.code[3:]}"),
        "message": refused.message,
        "incident_id": trace,
    },
    "X-Global-Transaction-Id",
    "40000",
    "40100",
    has_instances=True,
)


@TOPICS.route("POST", "/admin/topics", "[EPY] CreateTopic: accepted, and done later; no 409 is documented")
def _create_topic(call: Call) -> Answer:
    name = call.body.get("name", "")
    _demand(call, "messagehub.topic.manage", "topic", name)
    if not isinstance(name, str) or len(name) > LONGEST_NAME or not re.fullmatch(r"[A-Za-z0-9._-]+", name):
        raise Refused("42217", "the topic's name can't be")
    if _table(call).by_key(name) is not None:
        raise Refused("42236", f"topic {name} exists")
    partitions: Any = call.body.get("partition_count", call.body.get("partitions", 1))
    _check_partitions(call, partitions, beside=0)
    configs = {**DEFAULTS, **{item["name"]: item["value"] for item in call.body.get("configs", [])}}
    _check_configs(call, configs, {item["name"] for item in call.body.get("configs", [])})
    row = Row(name, _topic(name, partitions, configs), key=name, unseen=call.fake.behaviour.topic_lag)
    row.unlisted = row.unseen
    _table(call).add(row)
    return Answer(202, {})


@TOPICS.route("GET", "/admin/topics", "[EPY] ListTopics: per_page, page, Link and X-Total-Count", is_list=True)
def _list_topics(call: Call) -> Answer:
    _demand_read(call)
    pattern = call.query.get("topic_filter", "*")
    regex = re.compile(pattern[1:-1]) if len(pattern) > 1 and pattern[0] == pattern[-1] == "/" else None
    rows = [
        row.value for row in _table(call).listed() if (regex.fullmatch(row.id) if regex else wildcard(pattern, row.id))
    ]
    size = call.number("per_page", ALL)
    start = (max(call.number("page", 1), 1) - 1) * (call.fake.behaviour.page_size or size)
    page = page_of(call, rows, str(start), size)
    headers = {"X-Total-Count": str(page.total)}
    if page.following is not None:
        following = link(call, page=page.following // page.size + 1, per_page=page.size)
        headers["Link"] = f'<{following}>; rel="next"'
    return Answer(200, page.rows, headers)


@TOPICS.route("GET", "/admin/topics/{name}", "[EPY] GetTopic")
def _get_topic(call: Call) -> Answer:
    _demand_read(call)
    return Answer(200, _row(call).value)


@TOPICS.route("PATCH", "/admin/topics/{name}", "[EPY] UpdateTopic: more partitions, other configs, or both")
def _update_topic(call: Call) -> Answer:
    _demand(call, "messagehub.topic.manage", "topic", call.params["name"])
    row = _row(call)
    partitions = call.body.get("new_total_partition_count", row.value["partitions"])
    if partitions != row.value["partitions"]:
        if not isinstance(partitions, int) or partitions < row.value["partitions"]:
            raise Refused("42237", "partitions can only be added")
        _check_partitions(call, partitions, beside=row.value["partitions"])
    configs, changes = dict(row.value["configs"]), call.body.get("configs", [])
    for item in changes:
        if item.get("reset_to_default"):
            configs.pop(item["name"], None)
        else:
            configs[item["name"]] = item.get("value", "")
    configs = {**DEFAULTS, **configs}
    del configs["min.insync.replicas"]
    _check_configs(call, configs, {item["name"] for item in changes})
    _table(call).change(row, _topic(row.id, partitions, configs))
    return Answer(202, {})


@TOPICS.route("DELETE", "/admin/topics/{name}", "[EPY] DeleteTopic: accepted, and done later")
def _delete_topic(call: Call) -> Answer:
    _demand(call, "messagehub.topic.manage", "topic", call.params["name"])
    row, lag = _row(call), call.fake.behaviour.topic_lag
    if lag:
        row.lingers = lag
    else:
        _table(call).remove(row)
    return Answer(202, {})


@TOPICS.route("GET", "/admin/cluster", "[EPY] GetCluster: `id`, the rest is left out")
def _get_cluster(call: Call) -> Answer:
    _demand_read(call)
    return Answer(200, {"id": call.instance, "controller": {"id": 0}, "brokers": []})


def _topic(name: str, partitions: int, configs: Mapping[str, str]) -> JSON:
    return {
        "name": name,
        "partitions": partitions,
        "replicationFactor": 3,
        "retentionMs": int(configs["retention.ms"]),
        "cleanupPolicy": configs["cleanup.policy"],
        "configs": {**configs, "min.insync.replicas": "2"},
        "replicaAssignments": [{"id": n, "brokers": {"replicas": [0, 1, 2]}} for n in range(partitions)],
    }


def _check_partitions(call: Call, partitions: object, *, beside: int) -> None:
    if not isinstance(partitions, int) or not 1 <= partitions <= MOST_PARTITIONS:
        raise Refused("42237", f"a topic has 1 to {MOST_PARTITIONS} partitions")
    used = sum(row.value["partitions"] for row in _table(call).rows.values()) - beside
    if used + partitions > PARTITIONS.get(_instance(call).held["plan"], 3000):  # [ES] troubleshooting.md
        raise Refused("42244", "more partitions than the plan has")


def _check_configs(call: Call, configs: Mapping[str, str], named: set[str]) -> None:
    """Refuse settings that can't be declared, or not on this plan."""
    plan = _instance(call).held["plan"]
    if unknown := named - CONFIGS:
        raise Refused("42240", f"can't be set: {', '.join(sorted(unknown))}")
    if plan in PARTITIONS and (above := named & ENTERPRISE_ONLY):
        raise Refused("42244", f"the plan doesn't have: {', '.join(sorted(above))}")
    numbers = {name: value for name, value in configs.items() if name != "cleanup.policy"}
    if configs["cleanup.policy"] not in CLEANUPS or not all(str(value).isdecimal() for value in numbers.values()):
        raise Refused("42240", "a value can't be")
    kept = int(configs["retention.ms"])
    if plan in PARTITIONS and (kept % HOUR_MS or not HOUR_MS <= kept <= 720 * HOUR_MS):
        raise Refused("42244", "retention.ms is 1 to 720 whole hours")


def _table(call: Call) -> Table:
    return call.fake.store.table(f"topics/{call.instance}")


def _row(call: Call) -> Row:
    return call.row(f"topics/{call.instance}", "40403", "name")


def _instance(call: Call) -> Row:
    row = call.fake.instance(call.instance)
    if row is None or row.held["service"] != "messagehub" or row.held["plan"] == GEN2:  # [ES2] faq: no Admin REST
        raise Refused("40403", "no such instance")
    return row


def _resource(call: Call, kind: str, name: str = "") -> Resource:
    row = _instance(call)
    return Resource(row.value["account_id"], "messagehub", row.id, kind, name)


def _demand(call: Call, action: str, kind: str, name: str) -> None:
    """Every action needs Reader on the cluster besides ([ES] managing_access.md)."""
    demand(call, "messagehub.cluster.read", _resource(call, "cluster"), code="40331")
    demand(call, action, _resource(call, kind, name), code="40329")


def _demand_read(call: Call) -> None:
    status = call.fake.behaviour.topic_read_refusal
    demand(call, "messagehub.cluster.read", _resource(call, "cluster"), code="40331", status=status)
