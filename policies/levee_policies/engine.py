"""Rules over a plan. Pure: no clock, no files, no network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from levee.model.origin import Origin
from levee.plan.planned import Plan
from levee.plan.unknown import UnknownValueError
from levee_policies.facts import Context, Facts
from levee_policies.failure import Failure
from levee_policies.finding import Finding, Report, Verdict
from levee_policies.index import Index
from levee_policies.rule import Rule, Subject, Violation
from levee_policies.rules.pol004_could_not_be_evaluated import RULE as COULD_NOT_BE_EVALUATED
from levee_policies.waivers import apply

META_GROUP: Final = "POL"

AnyRule = Rule[Any]
Subjects = Sequence[Subject[Any]]


def evaluate(plan: Plan, rules: Iterable[AnyRule], context: Context, index: Index | None = None) -> Report:
    """What the rules say of the plan. Never raises: a rule that breaks is a finding of RLS-POL-004.

    Who judges one plan many times hands in its `index`.

    Rules of the group POL judge the evaluation itself, after all others: its waivers, and last what broke. That last
    one is judged whether `rules` holds it or not.
    """
    rules, index = tuple(rules), index or Index(plan)
    judged = [rule for rule in rules if rule.group != META_GROUP]
    meta = [rule for rule in rules if rule.group == META_GROUP and rule is not COULD_NOT_BE_EVALUATED]
    own = frozenset(rule.id for rule in context.own_rules)
    first = _Run(Facts(index, context), [rule for rule in judged if rule.id not in own])
    if others := [rule for rule in judged if rule.id in own]:
        first.go_on(Facts(index.apart, _apart(context)), others)
    waivable = (*context.never_waived, *rules, COULD_NOT_BE_EVALUATED)
    findings, uses = apply(first.findings, context.waivers, rules=waivable, stack=plan.stack, as_of=context.as_of)
    second = _Run(Facts(index, context, uses), meta)
    failures = (*first.failures, *second.failures)
    last = _Run(Facts(index, context, uses, failures), [COULD_NOT_BE_EVALUATED])
    everything = (*findings, *second.findings, *last.findings)
    return Report(
        stack=plan.stack,
        as_of=context.as_of,
        rules=(*judged, *meta, COULD_NOT_BE_EVALUATED),
        looked_at=first.looked_at | second.looked_at | last.looked_at,
        findings=tuple(sorted(map(Finding.without_secrets, everything), key=lambda finding: finding.sort_key)),
    )


class _Run:
    """One pass of rules over the same facts. Populations are made once and shared."""

    def __init__(self, facts: Facts, rules: Sequence[AnyRule]) -> None:
        self.failures: list[Failure] = []
        self.looked_at: dict[str, int] = {}
        self.findings: list[Finding] = []
        self.go_on(facts, rules)

    def go_on(self, facts: Facts, rules: Sequence[AnyRule]) -> None:
        """Judge by more rules, by facts of their own."""
        self._facts = facts
        self._populations: dict[Callable[[Facts], Iterable[Subject[Any]]], Subjects] = {}
        for rule in rules:
            subjects = self._subjects(rule)
            self.looked_at[rule.id] = len(subjects)
            for subject in subjects:
                self.findings += self._judge(rule, subject)

    def _subjects(self, rule: AnyRule) -> Subjects:
        known = self._populations.get(rule.subjects)
        if known is None:
            try:
                known = tuple(map(_subject, rule.subjects(self._facts)))
            except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a rule raises, it must not pass
                plan = self._facts.plan
                self._fail(rule, Subject("stack", plan.origin, plan), error)
                return ()
            self._populations[rule.subjects] = known
        return known

    def _judge(self, rule: AnyRule, subject: Subject[Any]) -> Iterator[Finding]:
        try:
            for violation in rule.check(subject.value, self._facts):
                yield self._finding(rule, subject, _violation(violation))
        except UnknownValueError as error:
            yield self._finding(rule, subject, _unknown(error))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a rule raises, it must not pass
            self._fail(rule, subject, error)

    def _finding(self, rule: AnyRule, subject: Subject[Any], violation: Violation) -> Finding:
        return Finding(
            rule=rule,
            verdict=Verdict.UNKNOWN if violation.unknown else Verdict.FAIL,
            subject=f"{self._facts.plan.stack}/{subject.name}",
            origin=(violation.origin or subject.origin).at(*violation.at),
            current=violation.current,
            expected=violation.expected,
            remediation=violation.fix,
            secret=violation.secret,
        )

    def _fail(self, rule: AnyRule, subject: Subject[Any], error: BaseException) -> None:
        name = f"{self._facts.plan.stack}/{subject.name}"
        self.failures.append(Failure(rule.id, name, subject.origin, type(error).__name__))


def _apart(context: Context) -> Context:
    return replace(context, sites=dict(context.sites), surroundings=dict(context.surroundings))


def _subject(found: Any) -> Subject[Any]:
    """What a population yields, if it is a subject: an organization's rule may yield anything."""
    if not isinstance(found, Subject) or not isinstance(found.origin, Origin):
        raise TypeError
    return found


def _violation(found: Any) -> Violation:
    if not isinstance(found, Violation):
        raise TypeError
    texts: tuple[Any, ...] = (found.current, found.expected, found.fix)
    if not (all(isinstance(each, str) for each in texts) and isinstance(found.at, tuple)):
        raise TypeError
    return found


def _unknown(error: UnknownValueError) -> Violation:
    return Violation(
        current=str(error),
        expected="a value that is known when the rules are asked",
        fix=error.fix,
        unknown=True,
    )
