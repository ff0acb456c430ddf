"""Whose things are, by the marks on the cluster."""

from __future__ import annotations

from dataclasses import replace

import pytest

from levee.model.name import NamePattern, PatternType
from levee.plan.planned import Plan
from levee_infra.verify.owner import ownership
from levee_infra.verify.unexpected_access import unexpected_access
from tests.verify.conftest import compliant, mark

ORDERS = "eu.orders.audit.v1"
OURS = "levee/test"


def found(plan: Plan, *, without: str = "", **more: object) -> list[tuple[str, str]]:
    acls = {acl for acl in compliant(plan).acls if acl.principal == "" or acl.pattern.name != without}
    acls |= set(more.values())  # type: ignore[arg-type]
    return [(each.what, each.found) for each in ownership(plan, replace(compliant(plan), acls=frozenset(acls)))]


def test_marked_as_its_own_all_is_as_declared(plan: Plan) -> None:
    assert plan.qualified_stack == OURS
    assert found(plan) == []
    assert found(plan, adopted=mark("topic", ORDERS, "DescribeConfigs", OURS)) == []


@pytest.mark.parametrize(("name", "what"), [(ORDERS, f"topic {ORDERS}"), ("User:orders-api.g1", "user orders-api.g1")])
def test_a_missing_mark_is_a_difference(plan: Plan, name: str, what: str) -> None:
    assert found(plan, without=name) == [(what, "nobody: the mark is missing")]


def test_another_owner_is_named_and_has_no_access_by_it(plan: Plan) -> None:
    theirs = mark("topic", ORDERS, "Describe", "shop/staging")
    assert found(plan, theirs=theirs) == [(f"topic {ORDERS}", f"{OURS}, shop/staging")]
    assert list(unexpected_access(plan, [theirs])) == []


def test_an_own_mark_on_what_is_not_declared_is_a_difference_and_anothers_is_not(plan: Plan) -> None:
    left = mark("topic", "eu.left.v1", "Describe", OURS)
    theirs = mark("user", "User:theirs.g1", "DescribeTokens", "shop/staging")
    assert found(plan, left=left, theirs=theirs) == [("topic eu.left.v1", f"a mark of {OURS}")]


def test_what_only_looks_like_a_mark_is_none(plan: Plan) -> None:
    prefixed = mark("topic", ORDERS, "Describe", "shop/staging")

    wide = replace(prefixed, pattern=NamePattern(ORDERS, PatternType.PREFIXED))
    group = mark("group", "siem", "Describe", "shop/staging")
    assert found(plan, wide=wide, group=group, denied=replace(prefixed, allows=False)) == []


def test_what_is_missing_takes_no_mark_and_may_still_be_anothers(plan: Plan) -> None:
    nothing = replace(compliant(plan), topics={}, users={}, acls=frozenset())
    assert list(ownership(plan, nothing)) == []
    theirs = replace(nothing, acls=frozenset({mark("topic", ORDERS, "Describe", "shop/staging")}))
    assert [each.found for each in ownership(plan, theirs)] == ["shop/staging"]
