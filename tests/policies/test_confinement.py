"""Where records may be: what their class says, and the classes whose dead letters come to their stream."""

from __future__ import annotations

from dataclasses import replace

from levee.catalog.region import countries_in
from levee.plan.planned import Plan, PlannedSink, PlannedTopic
from levee_policies.confinement import confinements
from tests.support.rule_cases import Case, loaded

PLAN = loaded(Case("none", "compliant", fails=False, text=""))
SINK = PLAN.sinks[0]


def plan(streams: dict[str, str], letters: dict[str, str], **jurisdictions: tuple[str, ...]) -> Plan:
    """A plan of these streams by class, of which some send dead letters to others."""
    classes = tuple(replace(PLAN.classes[0], name=name, jurisdictions=listed) for name, listed in jurisdictions.items())
    topics = tuple(_topic(stream, data_class) for stream, data_class in streams.items())
    sinks = tuple(_sink(stream, target) for stream, target in letters.items())
    return replace(PLAN, classes=classes, topics=topics, sinks=sinks)


def _topic(stream: str, data_class: str) -> PlannedTopic:
    return replace(PLAN.topics[0], stream=stream, data_class=data_class)


def _sink(stream: str, target: str) -> PlannedSink:
    return PlannedSink(stream=stream, sink=replace(SINK.sink, dead_letter=target))


def test_a_class_confines_its_own_streams_and_all_together() -> None:
    found = confinements(plan({"a": "x", "b": "y", "c": "z"}, {}, x=("eu",), y=("de", "us"), z=()))
    assert found["a"].countries == countries_in("eu")
    assert (sorted(found["b"].countries), found["b"].by) == (["de", "us"], "y")
    assert "c" not in found
    assert found[None].countries == {"de"}


def test_nothing_confines_where_no_class_does() -> None:
    assert confinements(plan({"a": "x"}, {}, x=())) == {}


def test_dead_letters_carry_their_class_along() -> None:
    streams = {"a": "x", "b": "z", "c": "z", "d": "y"}
    found = confinements(plan(streams, {"a": "b", "b": "c", "c": "d"}, x=("eu",), y=("de", "us"), z=()))
    assert found["b"].countries == found["c"].countries == countries_in("eu")
    assert (found["b"].by, sorted(found["d"].countries)) == ("x", ["de"])


def test_a_loop_of_dead_letters_comes_to_an_end() -> None:
    found = confinements(plan({"a": "x", "b": "y"}, {"a": "b", "b": "a"}, x=("de", "fr"), y=("fr", "it")))
    assert found["a"].countries == found["b"].countries == {"fr"}


def test_classes_that_have_no_place_in_common_allow_none() -> None:
    found = confinements(plan({"a": "x", "b": "y"}, {"a": "b"}, x=("de",), y=("fr",)))
    assert found["b"].countries == frozenset()


def test_a_long_chain_is_walked_once() -> None:
    count = 5_000
    streams = {f"s{number}": "x" if number == 0 else "z" for number in range(count)}
    letters = {f"s{number}": f"s{number + 1}" for number in range(count - 1)}
    found = confinements(plan(streams, letters, x=("de",), z=()))
    assert {each.countries for each in found.values()} == {frozenset({"de"})}
