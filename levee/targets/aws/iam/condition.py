"""Whether a condition holds for a request.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html and
…/reference_policies_condition-single-vs-multi-valued-context-keys.html. What isn't here (dates, addresses, policy
variables, a set operator with IfExists) is UNKNOWN.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Final

from levee.targets.aws.iam.document import Condition
from levee.targets.aws.iam.request import Values
from levee.targets.aws.iam.truth import Truth, all_of, any_of
from levee.targets.aws.iam.wildcard import arn_like, has_variable, matches

_Test = Callable[[str, str], Truth]  # (value of the policy, value of the request)


def holds(condition: Condition, keys: Mapping[str, Values | None]) -> Truth:
    """Whether the condition holds, given the request's keys (their names in lower case)."""
    given = keys.get(condition.key.lower(), ())
    if given is None or any(has_variable(value) for value in condition.values):
        return Truth.UNKNOWN
    if condition.operator == "Null":
        return any_of(_null(value, given) for value in condition.values)
    quantifier, _, operator = condition.operator.rpartition(":")
    name = operator.removesuffix("IfExists")
    negated = name in _NEGATED
    test = _NEGATED.get(name) or _TESTS.get(name)
    if test is None or (quantifier and name != operator):
        return Truth.UNKNOWN
    if not (given or quantifier):
        return Truth.of(negated or name != operator)
    return _quantified(quantifier, [_compared(test, condition, value, negated=negated) for value in given])


def _compared(test: _Test, condition: Condition, value: str, *, negated: bool) -> Truth:
    found = any_of(test(wanted, value) for wanted in condition.values)
    return found.opposite() if negated else found


def _quantified(quantifier: str, found: Sequence[Truth]) -> Truth:
    """What the request's values come to. Several without a set operator are unknown: AWS has no rule for them."""
    if quantifier == "ForAllValues" or (not quantifier and len(found) == 1):
        return all_of(found)
    return any_of(found) if quantifier == "ForAnyValue" else Truth.UNKNOWN


def _null(wanted: str, given: Values) -> Truth:
    return {"true": Truth.of(not given), "false": Truth.of(bool(given))}.get(wanted.lower(), Truth.UNKNOWN)


def _equals(wanted: str, given: str) -> Truth:
    return Truth.of(wanted == given)


def _equals_ignoring_case(wanted: str, given: str) -> Truth:
    return Truth.of(wanted.casefold() == given.casefold())


def _like(wanted: str, given: str) -> Truth:
    return Truth.of(matches(wanted, given))


def _numeric(compare: Callable[[Decimal, Decimal], bool]) -> _Test:
    def test(wanted: str, given: str) -> Truth:
        try:
            return Truth.of(compare(Decimal(given), Decimal(wanted)))
        except InvalidOperation:
            return Truth.UNKNOWN

    return test


_TESTS: Final[Mapping[str, _Test]] = MappingProxyType(
    {
        "StringEquals": _equals,
        "StringEqualsIgnoreCase": _equals_ignoring_case,
        "StringLike": _like,
        "ArnEquals": arn_like,
        "ArnLike": arn_like,
        "Bool": _equals_ignoring_case,
        "NumericEquals": _numeric(lambda given, wanted: given == wanted),
        "NumericLessThan": _numeric(lambda given, wanted: given < wanted),
        "NumericLessThanEquals": _numeric(lambda given, wanted: given <= wanted),
        "NumericGreaterThan": _numeric(lambda given, wanted: given > wanted),
        "NumericGreaterThanEquals": _numeric(lambda given, wanted: given >= wanted),
    }
)
_NEGATED: Final[Mapping[str, _Test]] = MappingProxyType(
    {
        "StringNotEquals": _equals,
        "StringNotEqualsIgnoreCase": _equals_ignoring_case,
        "StringNotLike": _like,
        "ArnNotEquals": arn_like,
        "ArnNotLike": arn_like,
        "NumericNotEquals": _numeric(lambda given, wanted: given == wanted),
    }
)
