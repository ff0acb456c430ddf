"""Rules over a plan. Pure: no clock, no files, no network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from traceback import walk_tb
from types import FrameType
from typing import Any, Final

from levee.model.origin import Origin
from levee.plan.planned import Plan
from levee.plan.unknown import UnknownValueError
from levee_policies.facts import Context, Facts
from levee_policies.failure import Failure
from levee_policies.finding import Finding, Report, Verdict
from levee_policies.index import Index
from levee_policies.own_run import own_run
from levee_policies.rule import Rule, Subject, Violation
from levee_policies.rules.pol004_could_not_be_evaluated import RULE as COULD_NOT_BE_EVALUATED
from levee_policies.waivers import apply

META_GROUP: Final = "POL"

AnyRule = Rule[Any]
Subjects = Sequence[Subject[Any]]
_Call = tuple[Callable[..., Any], Any, str]
"""A function of a rule, what it gave, and how it is called."""


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
        with own_run(lambda: f"the rule {first.judging.id}, {first.judging.file}," if first.judging else "a rule"):
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
        self.judging: AnyRule | None = None
        self.go_on(facts, rules)

    def go_on(self, facts: Facts, rules: Sequence[AnyRule]) -> None:
        """Judge by more rules, by facts of their own."""
        self._facts = facts
        self._populations: dict[Callable[[Facts], Iterable[Subject[Any]]], Subjects] = {}
        for rule in rules:
            self.judging = rule
            subjects = self._subjects(rule)
            self.looked_at[rule.id] = len(subjects)
            for subject in subjects:
                self._judge(rule, subject)

    def _subjects(self, rule: AnyRule) -> Subjects:
        found: Any = None
        try:
            known = self._populations.get(rule.subjects)
            if known is None:
                found = rule.subjects(self._facts)
                known = self._populations[rule.subjects] = tuple(map(_subject, _each(found, "subjects", "Subjects")))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever a rule raises, it must not pass
            plan = self._facts.plan
            self._fail(rule, Subject("stack", plan.origin, plan), error, (rule.subjects, found, "subjects(facts)"))
            return ()
        return known

    def _judge(self, rule: AnyRule, subject: Subject[Any]) -> None:
        found: Any = None
        try:
            found = rule.check(subject.value, self._facts)
            for violation in _each(found, "check", "Violations"):
                self.findings.append(self._finding(rule, subject, _violation(violation)))
        except UnknownValueError as error:
            self.findings.append(self._finding(rule, subject, _unknown(error)))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever a rule raises, it must not pass
            self._fail(rule, subject, error, (rule.check, found, "check(subject, facts)"))

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

    def _fail(self, rule: AnyRule, subject: Subject[Any], error: BaseException, call: _Call) -> None:
        name = f"{self._facts.plan.stack}/{subject.name}"
        if not rule.file:
            self.failures.append(Failure(rule.id, name, subject.origin, type(error).__name__))
            return
        line, told = _fault(rule.file, error, call)
        self.failures.append(Failure(rule.id, name, Origin(rule.file, (line,)), told, line))


def _fault(file: str, error: BaseException, call: _Call) -> tuple[int, str]:
    """Where in its file an organization's rule went wrong, and how."""
    function, found, form = call
    told = str(error) if isinstance(error, _WrongError) else type(error).__name__
    raised = [line for frame, line in walk_tb(error.__traceback__) if frame.f_code.co_filename == file]
    if raised:
        return raised[-1], told
    at = getattr(found, "gi_frame", None)  # where a generator yielded what can't be used
    if isinstance(at, FrameType) and at.f_code.co_filename == file:
        return at.f_lineno, told
    if isinstance(error, TypeError) and not isinstance(error, _WrongError) and found is None:
        told = f"it can't be called as {form}"
    code = getattr(function, "__code__", None)
    return (code.co_firstlineno if code is not None and code.co_filename == file else 1), told


class _WrongError(TypeError):
    """What a rule gave is none of what it may give; the text says what it is, and no value."""


def _each(found: Any, function: str, what: str) -> Iterable[Any]:
    if not isinstance(found, Iterable):
        raise _WrongError(f"{function} returned {_kind(found)}, where it has to yield {what}")
    return found


def _kind(value: object) -> str:
    return "None" if value is None else f"a value of type {type(value).__name__}"


def _apart(context: Context) -> Context:
    return replace(context, sites=dict(context.sites), surroundings=dict(context.surroundings))


def _subject(found: Any) -> Subject[Any]:
    """What a rule's subjects yield, if it is a subject: an organization's rule may yield anything."""
    if type(found) is not Subject:
        raise _WrongError(f"subjects yields {_kind(found)}, where it has to be a Subject")
    _require(found, "name", isinstance(found.name, str), "a text")
    _require(found, "origin", isinstance(found.origin, Origin), "the origin of a value of the plan")
    return found


def _violation(found: Any) -> Violation:
    if type(found) is not Violation:
        raise _WrongError(f"check yields {_kind(found)}, where it has to be a Violation")
    for field in ("current", "expected", "fix"):
        _require(found, field, isinstance(getattr(found, field), str), "a text")
    for field in ("unknown", "secret"):
        _require(found, field, isinstance(getattr(found, field), bool), "True or False")
    at: Any = found.at
    steps = isinstance(at, tuple) and all(isinstance(each, str | int) for each in at)
    _require(found, "at", steps, 'a tuple of keys, such as ("owner",)')
    _require(found, "origin", isinstance(found.origin, Origin | None), "the origin of a value of the plan, or None")
    return found


def _require(found: Subject[Any] | Violation, field: str, is_right: bool, what: str) -> None:  # noqa: FBT001 - a verdict
    if not is_right:
        value = _kind(getattr(found, field))
        raise _WrongError(f"`{field}` of a {type(found).__name__} is {value}, where it has to be {what}")


def _unknown(error: UnknownValueError) -> Violation:
    return Violation(
        current=str(error),
        expected="a value that is known when the rules are asked",
        fix=error.fix,
        unknown=True,
    )
