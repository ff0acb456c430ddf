"""The cases of a rule notice when its conditions are turned round."""

from __future__ import annotations

from typing import Any

import pytest

from levee_policies.registry import RULES
from levee_policies.rule import Rule, Surface
from tests.support.mutants import mutants
from tests.support.registered import evaluated
from tests.support.rule_cases import Case, cases_of, report_of, verdicts


def outcome(rule: Rule[Any], case: Case) -> set[str]:
    """What the rule says of the case, on the feed that the case is for; `broke` where it could not be evaluated."""
    report = evaluated(case, (rule,)) if case.resources else report_of(case, (rule,))
    if verdicts(report, "RLS-POL-004"):
        return {"broke"}
    return verdicts(report, rule.id)


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.group not in {"POL"}], ids=lambda rule: rule.id)
def test_every_mutant_is_noticed(rule: Rule[Any]) -> None:
    tried = [case for case in cases_of(rule) if not case.refused]
    if Surface.CHANGE in rule.surfaces:
        tried = [case for case in tried if case.before]
    elif Surface.FILES not in rule.surfaces:
        tried = [case for case in tried if case.resources]
    for case in tried:
        assert outcome(rule, case) == case.verdicts, case.name
    survivors = [
        change for change, mutant in mutants(rule) if all(outcome(mutant, case) == case.verdicts for case in tried)
    ]
    assert survivors == []
