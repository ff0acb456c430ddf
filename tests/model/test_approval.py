from datetime import date, timedelta

import pytest

from levee.model.approval import Approval, GuardedChange, acknowledged
from levee.model.origin import Origin

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("change", "ends", "expected"),
    [
        (GuardedChange.RECREATED, 0, ("anew",)),
        (GuardedChange.RECREATED, 30, ("anew",)),
        (GuardedChange.RECREATED, -1, ()),
        (GuardedChange.RECREATED, 31, ()),
        (GuardedChange.UNPROTECT, 0, ()),
    ],
)
def test_what_was_made_anew_is_acknowledged_for_a_while(
    change: GuardedChange, ends: int, expected: tuple[str, ...]
) -> None:
    approval = Approval(
        change=change,
        service=None,
        identity="anew",
        until=TODAY + timedelta(days=ends),
        approved_by="dpo",
        reason="agreed",
        ticket="GOV-1",
        origin=Origin("orders.yaml", ()),
    )
    assert acknowledged([approval], TODAY) == expected
