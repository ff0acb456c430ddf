"""What a plan changes of what is deployed."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from levee.model.origin import Origin
from levee.plan.change import Deployed, as_deployed, compare, widenings
from levee.plan.observed import Access, Principal
from levee.plan.planned import ExistingPrincipal, Plan
from levee.plan.unknown import UnknownValueError, unknown
from tests.support.rule_cases import Case, loaded

NOWHERE = Origin("")


@cache
def plan() -> Plan:
    return loaded(Case("none", "compliant", fails=False, text=""))


def principal(name: str, *access: tuple[str, str, str]) -> Principal:
    entries = tuple(
        Access(allows=True, operation=o, resource_type="topic", name=n, pattern=p, host="*", origin=NOWHERE)
        for o, n, p in access
    )
    return Principal(name=f"User:{name}.g1", label=name, service=name, owner="team", access=entries, origin=NOWHERE)


def gained(before: Principal | None, after: Principal, topics: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
    """The patterns that get wider and the streams they come to reach."""
    some = plan().topics[0]
    listed = tuple(replace(some, stream=name, name=name) for name in topics)
    here = replace(plan(), topics=listed, credentials=())
    changes = compare(here, Deployed(source="test", topics=listed, principals=()))
    change = compare(plan(), as_deployed(plan(), "test")).principals[0]
    found = widenings(changes, replace(change, before=before, after=after))
    return [(each.access.name, each.streams) for each in found]


def test_a_stream_under_another_key_is_a_topic_that_goes() -> None:
    first, *others = plan().topics
    after = replace(plan(), topics=(replace(first, stream="renamed"), *others))
    assert compare(after, as_deployed(plan(), "test")).removed == (f"stream/{first.stream}",)


def test_a_service_that_is_gone_is_counted() -> None:
    first, *others = plan().credentials
    after = replace(plan(), credentials=tuple(others))
    assert compare(after, as_deployed(plan(), "test")).removed == (f"service/{first.service}",)


def test_a_name_inside_a_held_prefix_is_not_wider() -> None:
    before = principal("a", ("read", "x.", "prefixed"))
    assert gained(before, principal("a", ("read", "x.y", "literal")), ("x.y",)) == []
    assert gained(before, principal("a", ("read", "x.y.", "prefixed")), ("x.y",)) == []


def test_a_prefix_is_wider_than_its_names_and_than_a_longer_one() -> None:
    wider = principal("a", ("read", "x.", "prefixed"))
    assert gained(principal("a", ("read", "x.y", "literal")), wider, ("x.y", "x.z", "y")) == [("x.", ("x.z",))]
    assert gained(principal("a", ("read", "x.y", "prefixed")), wider, ("x.y", "x.z")) == [("x.", ("x.z",))]
    assert gained(principal("a", ("read", "x.y", "literal")), wider, ("x.y",)) == [("x.", ())]


def test_another_operation_is_wider() -> None:
    both = principal("a", ("read", "x", "literal"), ("write", "x", "literal"))
    assert gained(principal("a", ("read", "x", "literal")), both, ("x",)) == [("x", ("x",))]


def test_a_literal_star_is_not_a_prefix() -> None:
    before = principal("a", ("read", "*", "literal"))
    assert gained(before, principal("a", ("read", "x", "literal")), ("x",)) == [("x", ("x",))]


def test_a_topic_that_is_not_deployed_is_no_widening() -> None:
    assert gained(None, principal("a", ("read", "new", "literal")), ("x",)) == []


def test_unknown_values_are_left_for_rules_to_meet() -> None:
    deployed = as_deployed(plan(), "test")
    hidden = replace(deployed.topics[0], partitions=unknown("the partitions"), settings=unknown("the settings"))
    changes = compare(plan(), replace(deployed, topics=(hidden, *deployed.topics[1:])))
    assert changes.removed == ()


def test_a_service_that_another_holds_goes_and_is_new() -> None:
    deployed = as_deployed(plan(), "test")
    first, *others = deployed.principals
    before = replace(first, name="User:CN=before", made_elsewhere=True)
    changes = compare(plan(), replace(deployed, principals=(before, *others)))
    assert changes.removed == (f"service/{first.label}",)
    assert [each.kept is None for each in changes.principals] == [True] + [False] * len(others)


def test_who_held_it_may_be_unknown() -> None:
    deployed = as_deployed(plan(), "test")
    first, *others = deployed.principals
    before = replace(first, name=unknown("the principal"), made_elsewhere=True)
    held = replace(plan().credentials[0], realized_as=ExistingPrincipal(name="CN=before"))
    here = replace(plan(), credentials=(held, *plan().credentials[1:]))
    changes = compare(here, replace(deployed, principals=(before, *others)))
    with pytest.raises(UnknownValueError):
        _ = changes.removed
