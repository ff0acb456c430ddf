"""A filter compiled: operations as JSON, the one meaning that evaluators share (docs/reference/filter-operations.md).

An operation is a list: its name, then what it takes. Values: `field`, `constant`, `cast` (an annotation), `infer` (a
type that DPXL infers). Conditions: `holds`, `null`, `present`, the comparisons and functions, `in`, `not`, `and`, `or`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final, TypeAlias

from levee.filter.expression import (
    And,
    Call,
    Compare,
    Constant,
    Expression,
    Field,
    Function,
    Not,
    Or,
    Root,
    Type,
    type_of,
)
from levee.filter.moment import NOW, nanoseconds

VERSION: Final = 1
Operation: TypeAlias = "list[str | float | bool | Operation | None]"
Compiled: TypeAlias = "dict[str, int | Operation]"


def compiled(expression: Expression) -> Compiled:
    """An expression without errors, compiled."""
    return {"version": VERSION, "condition": _condition(expression)}


def _condition(node: Expression) -> Operation:
    match node:
        case Compare():
            return _compare(node)
        case Call():
            return _call(node)
        case Not():
            return ["not", _condition(node.operand)]
        case And():
            return ["and", *map(_condition, node.operands)]
        case Or():
            return ["or", *map(_condition, node.operands)]
    return ["holds", _value(node)]


def _compare(node: Compare) -> Operation:
    sides = [side for side in (node.left, node.right) if type_of(side) is not Type.NULL]
    if len(sides) == 2:
        its = type_of(node.left) or type_of(node.right)
        assert its is not None
        return [node.operator, its, _typed(node.left, its), _typed(node.right, its)]
    if not sides:
        return ["holds", ["constant", Type.BOOL, node.operator == "=="]]
    return ["null" if node.operator == "==" else "present", _value(sides[0])]


def _call(node: Call) -> Operation:
    if node.function == Function.IN:
        its = type_of(node.subject)
        assert its is not None
        return ["in", its, *(_typed(each, its) for each in (node.subject, *node.arguments))]
    (argument,) = node.arguments
    if isinstance(argument, Constant) and argument.type is Type.REGEX:
        return [node.function, _typed(node.subject, Type.STRING), str(argument.value)]
    return [node.function, _typed(node.subject, Type.STRING), _typed(argument, Type.STRING)]


def _typed(node: Expression, its: Type) -> Operation:
    """A value of that type: where nothing in the text says so, it is inferred."""
    return _value(node) if type_of(node) is its else ["infer", its, _value(node)]


def _value(node: Expression) -> Operation:
    match node:
        case Field():
            value: Operation = ["field", node.root, *node.path]
        case Constant():
            value = ["constant", node.type, _json(node)]
        case _:
            return _condition(node)
    if node.annotation is None or (isinstance(node, Field) and node.root is not Root.DATA):
        return value
    return ["cast", node.annotation.name, value]


def _json(node: Constant) -> str | float | bool | None:
    match node.type, node.value:
        case Type.TIMESTAMP, str(text) if text != NOW:
            return nanoseconds(text)
        case Type.NUMBER, Decimal() as number:
            return float(number)
        case _, (str() | bool() | None) as value:
            return value
    raise AssertionError(node)
