"""How old passwords are, on the day before they are due, on it, and after."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from levee.plan.build import build_plan
from levee.plan.credential_age import CredentialAge, Due, credential_ages
from levee.plan.planned import Plan
from tests.support.stack_files import StackFiles

MADE = date(2026, 9, 1)
USER = "orders-api.g1"


@pytest.fixture
def files(tmp_path: Path) -> StackFiles:
    return StackFiles(tmp_path / "project")


def plan(files: StackFiles, service: str) -> Plan:
    files.edit(
        files.stack, "  orders-operator:\n", f"  orders-api: {{owner: orders-team, {service}}}\n  orders-operator:\n"
    )
    return build_plan(files.load(), MADE)


def age(files: StackFiles, made: date | None, days: int, service: str = "rotate_every: 90d") -> CredentialAge:
    (found,) = credential_ages(plan(files, service), {USER: made}, MADE + timedelta(days))
    return found


@pytest.mark.parametrize(
    ("days", "due"), [(0, Due.IN_TIME), (81, Due.IN_TIME), (82, Due.SOON), (90, Due.SOON), (91, Due.OVERDUE)]
)
def test_a_password_is_due_in_its_last_tenth_and_overdue_after_its_last_day(
    files: StackFiles, days: int, due: Due
) -> None:
    found = age(files, MADE, days)
    assert (found.due, found.last_day, found.holds) == (due, MADE + timedelta(90), due is not Due.OVERDUE)


def test_a_password_of_a_day_is_due_soon_on_its_last(files: StackFiles) -> None:
    assert age(files, MADE, 1, "rotate_every: 1d").due is Due.SOON


def test_a_password_that_nobody_dated_is_of_unknown_age_which_is_not_in_time(files: StackFiles) -> None:
    found = age(files, None, 0)
    assert (found.due, found.holds) == (Due.UNKNOWN, False)
    assert "raise `generation` of orders-api" in found.remedy


def test_a_length_beyond_the_calendar_is_never_due(files: StackFiles) -> None:
    assert age(files, date.max - timedelta(2), 0, "rotate_every: 10000d").last_day == date.max


def test_only_users_that_are_there_have_an_age(files: StackFiles) -> None:
    assert list(credential_ages(plan(files, "rotate_every: 90d"), {}, MADE)) == []


def test_a_service_that_promises_nothing_is_never_due(files: StackFiles) -> None:
    assert list(credential_ages(plan(files, "generation: 1"), {USER: None}, MADE)) == []


def test_the_generation_before_is_revoked_and_not_raised(files: StackFiles) -> None:
    declared = plan(files, "rotate_every: 90d, generation: 2")
    made: dict[str, date | None] = {USER: MADE, "orders-api.g2": MADE + timedelta(91)}
    before, current = credential_ages(declared, made, MADE + timedelta(91))
    assert (before.due, current.due) == (Due.OVERDUE, Due.IN_TIME)
    assert "previous: revoked" in before.remedy
