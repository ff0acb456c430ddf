"""What DPXL refuses of an expression that can be parsed: unknown fields and functions, types that don't fit."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from levee.diagnostics import Level
from levee.filter.expression import (
    ANNOTATIONS,
    EQUALITIES,
    KNOWN,
    SEVERITIES,
    And,
    Call,
    Compare,
    Constant,
    Expression,
    Field,
    Function,
    Not,
    Or,
    Type,
    type_of,
)
from levee.filter.moment import NOW, nanoseconds
from levee.filter.parse import COMMANDS, WORD_OPERATORS
from levee.filter.pattern import compiled
from levee.filter.remark import Remark, did_you_mean

_TYPE_SLIPS: Final = {
    **dict.fromkeys(("text", "str", "keyword"), Type.STRING),
    **dict.fromkeys(("num", "int", "integer", "float", "long", "double"), Type.NUMBER),
    "boolean": Type.BOOL,
    **dict.fromkeys(("time", "date", "datetime"), Type.TIMESTAMP),
}
_SEVERITY_SLIPS: Final = {"WARN": "WARNING", "FATAL": "CRITICAL", "EMERGENCY": "CRITICAL", "TRACE": "VERBOSE"}
_INSTEAD: Final = {
    Type.SEVERITY: f"a severity is one of {', '.join(SEVERITIES)}, without quotes",
    Type.TIMESTAMP: "write a time as @'2024-01-01T00:00:00Z'",
    Type.STRING: "write text in single quotes: '5'",
    Type.NUMBER: "write a number without quotes: 5",
    Type.BOOL: "write true or false without quotes",
}


def errors(expression: Expression) -> tuple[Remark, ...]:
    """Everything that is wrong, in the order of the text."""
    found = [*_inside(expression), *_condition(expression)]
    return tuple(sorted(found, key=lambda remark: remark.at))


def _error(at: int, message: str, hint: str) -> Remark:
    return Remark(Level.ERROR, at, message, hint)


def _inside(node: Expression) -> Iterator[Remark]:
    """What is wrong with a node and everything below it."""
    match node:
        case Field():
            yield from _field(node)
        case Constant():
            yield from _constant(node)
        case Compare():
            found = [*_unclear_negations(node)] or [*_inside(node.left), *_inside(node.right)]
            yield from found or _compare(node)
        case Call():
            found = [remark for each in (node.subject, *node.arguments) for remark in _inside(each)]
            yield from found or _call(node)
        case Not():
            yield from _inside(node.operand)
            yield from _condition(node.operand)
        case And() | Or():
            for each in node.operands:
                yield from _inside(each)
                yield from _condition(each)


def _condition(node: Expression) -> Iterator[Remark]:
    """Where true or false is needed, a field or constant of another type."""
    if isinstance(node, Field | Constant) and not any(_inside(node)) and type_of(node) not in {None, Type.BOOL}:
        hint = "compare it: " + ("$m.severity == ERROR" if type_of(node) is Type.SEVERITY else "$d.field == 'value'")
        yield _error(node.at, f"a {type_of(node)} is neither true nor false", hint)


def _field(node: Field) -> Iterator[Remark]:
    known = KNOWN.get(node.root)
    if known is not None and (len(node.path) > 1 or node.path[0] not in known):
        name = f"{node.root}.{'.'.join(node.path)}"[:60]
        yield _error(node.at, f"there is no {name}", did_you_mean(name, [f"{node.root}.{each}" for each in known]))
        return
    if node.annotation is None:
        return
    if node.annotation.name not in ANNOTATIONS:
        yield _unknown_type(node)
    elif known is not None and (its := known[node.path[0]]) != node.annotation.name:
        message = f"{node.root}.{node.path[0]} is a {its}, not a {node.annotation.name}"
        yield _error(node.at, message, f"remove :{node.annotation.name}")


def _unknown_type(node: Field | Constant) -> Remark:
    assert node.annotation is not None
    name = node.annotation.name
    slip = _TYPE_SLIPS.get(name.lower())
    hint = f"write :{slip}" if slip else did_you_mean(name, ANNOTATIONS)
    return _error(node.annotation.at, f"there is no type {name[:40]}", hint)


def _constant(node: Constant) -> Iterator[Remark]:
    if node.annotation is not None and node.annotation.name not in ANNOTATIONS:
        yield _unknown_type(node)
    if node.double:
        yield _error(node.at, "text stands in single quotes", "write 'text'")
    match node.type, node.value:
        case Type.NUMBER, value if math.isinf(float(value)):  # type: ignore[arg-type] # a Decimal
            yield _error(node.at, "the number is larger than any that a record can hold", "write a smaller one")
        case Type.TIMESTAMP, str(text) if text != NOW:
            try:
                nanoseconds(text)
            except ValueError:
                yield _error(node.at, f"'{text[:40]}' is no time", _INSTEAD[Type.TIMESTAMP])
        case Type.REGEX, str(pattern):
            try:
                compiled(pattern)
            except ValueError as error:
                hint = "write it as RE2 takes it: without look-around and references to groups"
                yield _error(node.at, f"not a regular expression: {error}", hint)


def _compare(node: Compare) -> Iterator[Remark]:
    left, right = type_of(node.left), type_of(node.right)
    types = {left, right}
    if slips := [*_severity_slips(node)]:
        yield slips[0]
    elif Type.REGEX in types:
        yield _error(node.at, "a regular expression is compared by matches", "write $d.host.matches(/prod-.*/)")
    elif Type.NULL in types:
        yield from _null(node)
    elif types == {None}:
        hint = "say the type of one: region1:string == region2; text stands in quotes: 'us'"
        yield _error(node.at, "nothing tells of what type these two fields are", hint)
    elif None not in types and left is not right:
        yield _error(node.at, f"a {left} is never a {right}", _instead(left, right))
    elif Type.BOOL in types and node.operator not in EQUALITIES:
        yield _error(node.at, "true is neither more nor less than false", "compare by == or !=")


def _null(node: Compare) -> Iterator[Remark]:
    if node.operator not in EQUALITIES:
        yield _error(node.at, "null is neither more nor less than anything", "compare with null by == or !=")
    elif not all(isinstance(side, Field | Constant) for side in (node.left, node.right)):
        yield _error(node.at, "a condition is never null", "compare the field with null")


def _unclear_negations(node: Compare) -> Iterator[Remark]:
    for side in (node.left, node.right):
        if isinstance(side, Not) and not side.grouped:
            hint = "write !(a == b), or (!a) == b"
            yield _error(side.at, "whether ! or the comparison binds first is documented nowhere", hint)


def _severity_slips(node: Compare) -> Iterator[Remark]:
    for side, other in ((node.left, node.right), (node.right, node.left)):
        if isinstance(other, Field) and type_of(other) is Type.SEVERITY and _is_word(side):
            yield _no_severity(side)


def _instead(left: Type | None, right: Type | None) -> str:
    wanted = next((each for each in (Type.SEVERITY, Type.TIMESTAMP) if each in {left, right}), left)
    return "" if wanted is None else _INSTEAD[wanted]


def _is_word(node: Expression) -> bool:
    return isinstance(node, Field) and node.bare and len(node.path) == 1 and node.annotation is None


def _no_severity(node: Expression) -> Remark:
    assert isinstance(node, Field)
    word = node.path[0]
    if word.upper() in SEVERITIES:
        hint = f"write {word.upper()}"
    elif word.upper() in _SEVERITY_SLIPS:
        hint = f"write {_SEVERITY_SLIPS[word.upper()]}"
    else:
        hint = did_you_mean(word, SEVERITIES)
    return _error(node.at, f"there is no severity {word[:40]}", hint)


def _call(node: Call) -> Iterator[Remark]:
    if node.function not in list(Function):
        near = did_you_mean(node.function, Function)
        hint = WORD_OPERATORS[node.function] if node.function in {"and", "or", "not"} else near
        if node.function in COMMANDS:
            hint = "it is a command of DataPrime: write only the condition"
        yield _error(node.at, f"there is no function {node.function[:40]}", hint)
    elif not node.arguments:
        yield _error(node.end, f"{node.function} lacks what to compare with", f"write {node.function}(field, value)")
    elif node.function == Function.IN:
        yield from _in(node)
    else:
        yield from _of_text(node)


def _in(node: Call) -> Iterator[Remark]:
    its = type_of(node.subject)
    if its is None:
        hint = "say it: $d.country:string.in('us', 'il')"
        yield _error(node.subject.at, "`in` needs the type of its field", hint)
        return
    if its in {Type.NULL, Type.REGEX}:
        yield _error(node.subject.at, f"a {its} is in no list", "write a field before .in")
        return
    for each in node.arguments:
        if its is Type.SEVERITY and _is_word(each):
            yield _no_severity(each)
        elif type_of(each) not in {None, its}:
            yield _error(each.at, f"a {type_of(each)} is never a {its}", _INSTEAD[its])


def _of_text(node: Call) -> Iterator[Remark]:
    if type_of(node.subject) not in {None, Type.STRING}:
        hint = "it is a function of text: $d.msg.contains('text')"
        yield _error(node.subject.at, f"{node.function} takes text, not a {type_of(node.subject)}", hint)
        return
    given, *more = node.arguments
    its = type_of(given)
    if node.function == Function.MATCHES:
        if its is not Type.REGEX:
            yield _error(given.at, "matches takes a regular expression", "write .matches(/prod-.*/)")
            return
    elif its not in {None, Type.STRING}:
        hint = "write .matches(/…/)" if its is Type.REGEX else _INSTEAD[Type.STRING]
        yield _error(given.at, f"{node.function} takes text, not a {its}", hint)
        return
    if more:
        hint = "join several by ||: a.contains('x') || a.contains('y')"
        yield _error(more[0].at, f"{node.function} takes one value", hint)
