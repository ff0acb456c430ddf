"""What a rule says of itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from levee_policies.controls import AUTHORITIES
from levee_policies.registry import BY_ID, RETIRED, RULES
from levee_policies.report.page import title_of
from levee_policies.rule import Rule, Surface

FOLDER = Path(__file__).parents[2] / "policies" / "levee_policies" / "rules"
SECTIONS = {"What", "Why", "Fails", "Passes", "Fix"}

every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def module(rule: Rule[Any]) -> Path:
    return Path(str(rule.check.__code__.co_filename))


def test_every_file_is_registered_and_every_rule_has_a_file() -> None:
    files = {path.name for path in FOLDER.glob("*.py") if path.name != "__init__.py"}
    assert {module(rule).name for rule in RULES} == files


def test_the_registry_is_in_order_and_no_id_is_used_twice() -> None:
    ids = [rule.id for rule in RULES]
    assert ids == sorted(ids)
    assert len(BY_ID) == len(RULES)
    assert not set(ids) & RETIRED


@every_rule
def test_a_file_is_named_after_its_rule(rule: Rule[Any]) -> None:
    assert re.fullmatch(r"RLS-[A-Z]{3}-\d{3}", rule.id)
    assert module(rule).name.startswith(rule.id.removeprefix("RLS-").replace("-", "").lower() + "_")


@every_rule
def test_a_title_says_how_things_are(rule: Rule[Any]) -> None:
    assert title_of(rule.page) == f"{rule.title}."
    assert len(rule.title) <= 110
    assert not rule.title.lower().startswith(("ensure", "must", "should"))


@every_rule
def test_a_page_has_its_sections_in_order(rule: Rule[Any]) -> None:
    found = re.findall(r"^## (.+)$", rule.page, re.MULTILINE)
    order = ["What", "Why", "Fails", "Passes", "Fix"]
    assert found == [section for section in order if section in found]
    assert {"What", "Why", "Fix"} <= set(found)
    if rule.group != "POL" and Surface.FILES in rule.surfaces:
        assert set(found) == SECTIONS


@every_rule
def test_authorities_are_known(rule: Rule[Any]) -> None:
    assert rule.authorities
    assert set(rule.authorities) <= set(AUTHORITIES)
    assert len(set(rule.authorities)) == len(rule.authorities)


@every_rule
def test_a_rule_is_judged_somewhere(rule: Rule[Any]) -> None:
    assert rule.surfaces
