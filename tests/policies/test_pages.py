"""The rules' pages under docs/rules are those that the rules make now."""

from __future__ import annotations

from pathlib import Path

from levee_policies.coverage import CATALOGUE, NOTES
from levee_policies.pages import pages
from levee_policies.registry import BY_ID

FOLDER = Path(__file__).parents[2] / "docs" / "rules"


def test_the_committed_pages_are_fresh() -> None:
    committed = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    made = pages()
    stale = sorted(name for name in committed.keys() | made.keys() if committed.get(name) != made.get(name))
    assert stale == [], "run `make docs`"


def test_every_rule_of_the_catalogue_is_judged_or_says_why_not() -> None:
    assert len(CATALOGUE) == 60
    assert [name for name in CATALOGUE if name not in BY_ID and name not in NOTES] == []


def test_notes_are_about_rules_that_exist() -> None:
    assert set(NOTES) <= set(CATALOGUE) | set(BY_ID)
