"""An entry whose day is yet to come is said to be there: what it is for is refused until then."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from levee.plan.build import build_plan
from levee.plan.not_yet import not_yet_in_force
from tests.support.stack_files import StackFiles

WHY = "approved_by: a@example.com, reason: the team moves to this stack, ticket: SEC-1"
DAY = date(2026, 11, 30)


def waiting(folder: Path, entry: str) -> Iterable[str]:
    files = StackFiles(folder)
    spec = files.add(files.orders, f"{entry}\n").load()
    return list(not_yet_in_force(build_plan(spec, DAY), DAY))


@pytest.mark.parametrize("key", ["adopt", "retire"])
@pytest.mark.parametrize(("first", "waits"), [("2026-12-01", True), ("2026-11-30", False), ("2026-11-01", False)])
def test_entries_with_a_first_day(tmp_path: Path, key: str, first: str, waits: bool) -> None:
    said = waiting(tmp_path, f"{key}: {{on: {first}, {WHY}}}")
    assert said == (
        [f"stream orders: its entry `{key}` is there, and not in force before {first} (UTC)"] if waits else []
    )


@pytest.mark.parametrize(
    ("until", "first"), [("2026-12-31", "2026-12-01"), ("2026-12-30", None), ("2026-11-30", None), ("2026-11-01", None)]
)
def test_approvals_hold_for_thirty_days(tmp_path: Path, until: str, first: str | None) -> None:
    said = waiting(tmp_path, f"approve: [{{change: partition-increase, until: {until}, {WHY}}}]")
    entry = f"stream orders: its entry `approve: partition-increase` is there, and not in force before {first}"
    assert said == ([f"{entry} (UTC)"] if first else [])
