"""A state in the other engine's words, and back: the same, or refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levee.diagnostics import LeveeError
from levee_infra.deployed.embedded_state import Resource, State
from levee_infra.engines.translation import Naming, from_pulumi, recorded, to_pulumi
from levee_infra.providers.protocol.properties import SECRET_SIGNATURE, SIGNATURE_KEY

NAMING: Final = Naming("bank", "prod")
NOW: Final = datetime(2026, 12, 1, tzinfo=UTC)
URN: Final = "urn:pulumi:prod::levee::"
AWS: Final = {"type": "pulumi:providers:aws", "urn": "urn:pulumi:prod::bank::pulumi:providers:aws::kafka"}
STACK: Final = f"{URN}pulumi:pulumi:Stack::levee-prod"
KAFKA: Final = f"{URN}pulumi:providers:kafka::kafka"
TOPIC: Final = "kafka:index/topic:Topic"


def secret(value: Any) -> dict[str, Any]:
    return {SIGNATURE_KEY: SECRET_SIGNATURE, "value": value}


def resource(urn: str, type_: str, **fields: Any) -> Resource:
    made: dict[str, Any] = {"custom": True, "id": "1", "inputs": {}, "outputs": {}, "parent": STACK, **fields}
    return Resource(urn=urn, type=type_, **made)


def topic(name: str, *needs: str, **fields: Any) -> Resource:
    dependencies = tuple(sorted(f"{URN}{TOPIC}::{each}" for each in needs))
    return resource(f"{URN}{TOPIC}::{name}", TOPIC, provider=f"{KAFKA}::p1", dependencies=dependencies, **fields)


def state(*topics: Resource) -> State:
    own = resource(STACK, "pulumi:pulumi:Stack", custom=False, id="", parent="", outputs={"approvals": ["a"]})
    connection = {"bootstrapServers": ["b:9092"]}
    kafka = resource(KAFKA, "pulumi:providers:kafka", id="p1", inputs=connection, outputs=connection)
    return State({each.urn: each for each in (*topics, kafka, own)})


def resources(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["urn"].split("::", 3)[3]: each for each in told["deployment"]["resources"]}


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
properties = st.dictionaries(st.text(), values, max_size=4)


@given(
    needs=st.lists(st.sets(st.integers(0, 4)), min_size=1, max_size=5),
    inputs=properties,
    outputs=properties,
    protect=st.booleans(),
    order=st.randoms(use_true_random=False),
)
def test_there_and_back_is_the_same(
    needs: list[set[int]], inputs: Any, outputs: Any, protect: bool, order: Any
) -> None:
    """Whatever is recorded, in whatever order: Pulumi has each resource after what it depends on."""
    topics = [
        topic(str(at), *(str(each) for each in found if each < at), inputs=inputs, outputs=outputs, protect=protect)
        for at, found in enumerate(needs)
    ]
    order.shuffle(topics)
    before = state(*topics)
    told = json.loads(json.dumps(to_pulumi(before, NAMING, NOW)))
    assert recorded(told, NAMING) == before
    met: set[str] = set()
    for each in told["deployment"]["resources"]:
        needed = {*each.get("dependencies", ()), each.get("parent", ""), each.get("provider", "").rpartition("::")[0]}
        assert needed - {""} <= met
        met.add(each["urn"])
    assert all(urn.startswith("urn:pulumi:prod::bank::") for urn in met)
    assert ("onDestroy" in resources(told)["kafka"]["inputs"]) is protect


def test_the_stacks_own_resource_has_the_projects_name() -> None:
    told = to_pulumi(state(topic("orders")), NAMING, NOW)
    assert resources(told)["bank-prod"]["outputs"] == {"approvals": ["a"]}
    assert told["version"] == 3


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    told: dict[str, Any] = to_pulumi(state(topic("orders", protect=True)), NAMING, NOW)
    change(told)
    return told


def of_topic(**fields: Any) -> Callable[[dict[str, Any]], object]:
    return lambda told: resources(told)["orders"].update(fields)


@pytest.mark.parametrize(
    ("says", "change"),
    [
        ("its version is unknown", lambda told: told.update(version=5)),
        ("no export of|not an export of", lambda told: told.pop("deployment")),
        ("another project or stack", of_topic(urn="urn:pulumi:prod::another::kafka:index/topic:Topic::orders")),
        ("another project or stack", of_topic(urn="urn:pulumi:test::bank::kafka:index/topic:Topic::orders")),
        ("another project or stack", of_topic(provider="urn:pulumi:prod::other::pulumi:providers:kafka::kafka::p1")),
        ("not an export of", of_topic(urn="urn:pulumi:prod::bank::levee:aws:Key::orders")),
        ("not an export of", of_topic(urn="urn:pulumi:prod::bank")),
        ("not an export of", of_topic(urn=7)),
        ("not an export of", of_topic(id=7)),
        ("not an export of", of_topic(inputs=7)),
        ("not an export of", of_topic(custom="true")),
        ("not an export of", of_topic(initErrors=[7])),
        ("orders needs itself", of_topic(dependencies=["urn:pulumi:prod::bank::kafka:index/topic:Topic::orders"])),
        ("orders needs itself", of_topic(parent="urn:pulumi:prod::bank::kafka:index/topic:Topic::orders")),
        ("in a circle", lambda told: resources(told)["kafka"].update(dependencies=[resources(told)["orders"]["urn"]])),
        ("not an export of", of_topic(dependencies=[None])),
        (
            "orders needs urn:.*::gone, which it doesn't hold",
            of_topic(dependencies=["urn:pulumi:prod::bank::kafka:index/topic:Topic::gone"]),
        ),
        ("twice", lambda told: told["deployment"]["resources"].append(resources(told)["orders"])),
        ("operations are pending", lambda told: told["deployment"].update(pending_operations=[{"type": "creating"}])),
        ("can't record `delete`", of_topic(delete=True)),
        ("can't record `taint`", of_topic(taint=True)),
        ("can't record `somethingNew`", of_topic(somethingNew=1)),
        ("holds a secret", of_topic(outputs={"a": [{"b": secret("x")}]})),
        ("no provider aws", lambda told: resources(told)["kafka"].update(AWS)),
        ("no snippets", lambda told: told["deployment"].update(snippets=[{}])),
    ],
)
def test_what_the_embedded_engine_can_not_record_is_refused(
    says: str, change: Callable[[dict[str, Any]], object]
) -> None:
    with pytest.raises(LeveeError, match=says) as refused:
        from_pulumi(changed(change), NAMING)
    assert refused.value.exit_code == 2


@pytest.mark.parametrize("told", [None, 7, [], {}, {"version": 3}, {"version": 3, "deployment": []}])
def test_an_export_that_can_not_be_read_is_refused(told: Any) -> None:
    with pytest.raises(LeveeError, match="not an export"):
        from_pulumi(told, NAMING)


def test_one_id_of_two_resources_is_refused() -> None:
    two = [topic(name, id="a.v1", inputs={"name": "a.v1"}) for name in ("a", "b")]
    with pytest.raises(LeveeError, match="has the id of"):
        from_pulumi(to_pulumi(state(*two), NAMING, NOW), NAMING)


def test_a_secret_goes_to_no_other_engine() -> None:
    stored = {"password": secret("of an admin")}
    for properties in (stored, {"nested": [stored]}):
        with pytest.raises(LeveeError, match="holds a secret") as refused:
            to_pulumi(state(topic("orders", outputs=properties)), NAMING, NOW)
        assert "admin" not in str(refused.value)


def test_a_state_that_leads_nowhere_is_refused() -> None:
    for topics in ([topic("orders", "gone")], [topic("a", "b"), topic("b", "a")]):
        with pytest.raises(LeveeError, match="lead nowhere, or in a circle"):
            to_pulumi(state(*topics), NAMING, NOW)
