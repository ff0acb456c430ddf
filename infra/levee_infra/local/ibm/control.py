"""What tests and the delivery ask the process, below `/control`. No part of IBM's, and without a token."""

from __future__ import annotations

from dataclasses import asdict

from levee_infra.local.ibm.authorization import Resource, decide
from levee_infra.local.ibm.behaviour import Fault
from levee_infra.local.ibm.routing import JSON, Answer, Call, Refused, Service
from levee_infra.local.ibm.seed import plant

_OURS = "levee's own"
CONTROL = Service(
    "control",
    {"wrong": (400, _OURS), "missing": (404, _OURS)},
    lambda refused, _status, _trace: {"error": refused.message},
    "X-Request-Id",
    "wrong",
    "wrong",
)


@CONTROL.route("GET", "/alive", _OURS, is_open=True)
def _alive(_call: Call) -> Answer:
    return Answer(200, {"state": "running"})


@CONTROL.route("GET", "/behaviour", _OURS, is_open=True)
def _behaviour(call: Call) -> Answer:
    return Answer(200, {**asdict(call.fake.behaviour), "mutants": sorted(call.fake.mutants)})


@CONTROL.route("PUT", "/behaviour", _OURS, is_open=True)
def _set_behaviour(call: Call) -> Answer:
    try:
        call.fake.behaviour = call.fake.behaviour.changed(call.body)
    except ValueError as error:
        raise Refused("wrong", str(error)) from None
    return _behaviour(call)


@CONTROL.route("POST", "/faults", _OURS, is_open=True)
def _add_fault(call: Call) -> Answer:
    try:
        call.fake.faults.append(Fault.of(call.body))
    except (ValueError, TypeError) as error:
        raise Refused("wrong", str(error)) from None
    return Answer(201, call.body)


@CONTROL.route("DELETE", "/faults", _OURS, is_open=True)
def _clear_faults(call: Call) -> Answer:
    left = [asdict(fault) for fault in call.fake.faults if fault.times > 0]
    call.fake.faults.clear()
    return Answer(200, {"left": left})


@CONTROL.route("POST", "/tokens/revoke", _OURS, is_open=True)
def _revoke(call: Call) -> Answer:
    call.fake.generation += 1
    return Answer(204)


@CONTROL.route("POST", "/seed", _OURS, is_open=True)
def _seed(call: Call) -> Answer:
    try:
        plant(call.fake, call.body)
    except (KeyError, TypeError, Refused) as error:
        raise Refused("wrong", f"the seed can't be: {error!r}") from None
    return Answer(204)


@CONTROL.route("POST", "/snapshot", _OURS, is_open=True)
def _snapshot(call: Call) -> Answer:
    call.fake.save()
    return Answer(204)


@CONTROL.route("GET", "/streams", _OURS, is_open=True)
def _streams(call: Call) -> Answer:
    found = []
    for name, table in call.fake.store.tables.items():
        if name.startswith("streams/") and (source := call.fake.instance(name.removeprefix("streams/"))):
            found += [
                {"source": source.value["crn"], "target": _owner_of(call, row.value), **row.value}
                for row in table.rows.values()
            ]
    return Answer(200, {"streams": found})


@CONTROL.route("GET", "/decision", _OURS, is_open=True)
def _decision(call: Call) -> Answer:
    """Whether the instance `source` may write to `topic` of the instance `target`, by their CRNs."""
    source, target = _resource(call, "source"), _resource(call, "target")
    held_back = call.fake.take("propagating", "control", "GET", call.path)
    made = decide(call.fake.store, source, target, ignores_accounts="skips-account-equality" in call.fake.mutants)
    if made.is_allowed and held_back is not None:
        return Answer(200, {"is_allowed": False, "reason": "not in force yet"})
    return Answer(200, asdict(made))


@CONTROL.route("GET", "/records/{guid}", _OURS, is_open=True)
def _records(call: Call) -> Answer:
    """What was sent to an instance of Cloud Logs, from the number `from` on."""
    rows = call.fake.store.table(f"records/{call.params['guid']}").rows
    first = call.number("from", 0)
    return Answer(200, {"records": [rows[str(n)].value for n in range(first, len(rows))]})


def _resource(call: Call, name: str) -> Resource:
    row = call.fake.instance(call.query.get(name, ""))
    if row is None:
        raise Refused("missing", f"no instance {call.query.get(name, '')}")
    topic = {"kind": "topic", "name": call.query.get("topic", "")} if name == "target" else {}
    return Resource(row.value["account_id"], row.held["service"], row.id, **topic)


def _owner_of(call: Call, stream: JSON) -> str | None:
    """The CRN of the instance whose brokers a stream names; None where nobody has them."""
    named = set(stream.get("ibm_event_streams", {}).get("brokers", "").split(","))
    for row in call.fake.store.table("instances").rows.values():
        connection = row.value["extensions"].get("dataservices", {}).get("connection", {})
        brokers = row.value["extensions"].get("kafka_brokers_sasl") or connection.get("bootstrap_servers", "").split(
            ","
        )
        if named & {broker for broker in brokers if broker}:
            return str(row.value["crn"])
    return None
