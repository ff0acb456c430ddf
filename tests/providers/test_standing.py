"""How a thing stands to one owner, by the marks that it bears."""

import pytest

from levee_infra.providers.protocol.ownership import Mark, Thing, ThingKind, standing
from tests.support.kept_marks import KeptMarks

USER = Thing(ThingKind.USER, "orders-api.g2")
OURS, THEIRS = Mark("one/dev"), Mark("other/staging")


@pytest.mark.parametrize(
    ("marks", "is_own"),
    [
        ((), False),
        ((OURS,), True),
        ((THEIRS,), False),
        ((OURS, THEIRS), False),
        ((Mark("one/dev", adopted=True),), True),
    ],
)
async def test_it_is_ones_own_where_nobody_else_claims_it(marks: tuple[Mark, ...], is_own: bool) -> None:
    kept = KeptMarks("one/dev")
    kept.put(USER, *marks)
    found = await standing(kept, USER)
    assert (found.is_own, found.others) == (is_own, (THEIRS,) if THEIRS in marks else ())


async def test_where_marks_can_not_be_seen_nothing_is_ones_own() -> None:
    found = await standing(KeptMarks("one/dev", "no authorizer"), USER)
    assert (found.is_own, found.unavailable) == (False, "no authorizer")
