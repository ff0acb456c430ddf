"""What holds data goes by a dated approval, and not before its day."""

from __future__ import annotations

from datetime import date

import pytest

from levee_infra.providers.protocol.declared import read_all
from levee_infra.providers.protocol.deletion import is_approved
from levee_infra.providers.protocol.fields import Fields
from levee_infra.providers.protocol.properties import UNKNOWN, Properties, Secret, Value
from levee_infra.targets.aws.kinds.shared import DELETION

APPROVAL: Properties = {"on": "2026-12-31", "approvedBy": "dpo", "ticket": "R-1"}


def problems(deletion: Value) -> list[str]:
    fields = Fields({"deletion": deletion}, what="the bucket")
    read_all(fields, [DELETION])
    return sorted(problem.property for problem in fields.problems)


@pytest.mark.parametrize(
    ("deletion", "where"),
    [
        (None, []),
        (APPROVAL, []),
        (UNKNOWN, []),
        ({**APPROVAL, "on": UNKNOWN}, []),
        ({**APPROVAL, "on": "31.12.2026"}, ["deletion.on"]),
        ({**APPROVAL, "on": "2026-02-30"}, ["deletion.on"]),
        ({**APPROVAL, "because": "old"}, ["deletion.because"]),
        ({"on": "2026-12-31"}, ["deletion.approvedBy", "deletion.ticket"]),
        ({}, ["deletion.approvedBy", "deletion.on", "deletion.ticket"]),
        (True, ["deletion"]),
    ],
)
def test_an_approval_names_its_day_and_who_gave_it(deletion: Value, where: list[str]) -> None:
    assert problems(deletion) == where


@pytest.mark.parametrize("today", [date(2026, 12, 31), date(2027, 1, 1)])
@pytest.mark.parametrize("deletion", [APPROVAL, Secret({**APPROVAL})], ids=["plain", "secret"])
def test_from_its_day_on_it_holds(today: date, deletion: Value) -> None:
    assert is_approved({"deletion": deletion}, today)


def test_before_its_day_it_does_not() -> None:
    assert not is_approved({"deletion": APPROVAL}, date(2026, 12, 30))


@pytest.mark.parametrize("deletion", [None, {}, "2020-01-01", {"on": "soon"}, {"on": None}])
def test_without_one_nothing_goes(deletion: Value) -> None:
    assert not is_approved({"deletion": deletion}, date(2026, 12, 31))
