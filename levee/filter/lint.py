"""Traps: filters that DPXL takes and that do, or may do, something else than they seem to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from levee.diagnostics import Level
from levee.filter.expression import (
    EQUALITIES,
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
    Root,
    Type,
    type_of,
    walk,
)
from levee.filter.moment import NOW
from levee.filter.remark import Remark

AUDIT: Final = "ibm-audit-event"
PLATFORM: Final = "ibm-platform-logs"
INTERNET_SERVICES: Final = "ibm-platform-log"
_LABEL_NAMES: Final = {"applicationname": "$l.applicationname", "subsystemname": "$l.subsystemname"}
_OPEN: Final = "IBM documents nowhere whether"


def lints(expression: Expression) -> tuple[Remark, ...]:
    """Warnings and notes of an expression without errors, in the order of the text."""
    found = [*_whole(expression), *_alone(expression)]
    texts = {str(node.value) for node, _ in walk(expression) if isinstance(node, Constant) and node.type is Type.STRING}
    for node, _ in walk(expression):
        match node:
            case Or():
                found += _mixed(node)
            case Not():
                found += _negation(node.operand, node.at)
            case Compare():
                found += [*_comparison(node), *_equality(node.left, node.right, texts)]
                found += _equality(node.right, node.left, texts)
            case Call() if node.function == Function.IN:
                found += [remark for each in node.arguments for remark in _equality(node.subject, each, texts)]
            case Call() if node.function == Function.MATCHES:
                message = "IBM's pages disagree: matches asks for a part of the text, or for the whole"
                found.append(_warn(node.at, message, "begin and end with .*, or with ^ and $: then both are the same"))
            case Field():
                found += _field(node)
            case Constant() if (node.type, node.value) == (Type.TIMESTAMP, NOW):
                found.append(_warn(node.at, "'now' is another time for each record", "write a time"))
        found += [remark for each in _conditions(node) for remark in _alone(each)]
    return tuple(sorted(dict.fromkeys(found), key=lambda remark: remark.at))


def _warn(at: int, message: str, hint: str = "") -> Remark:
    return Remark(Level.WARNING, at, message, hint)


def _note(at: int, message: str, hint: str = "") -> Remark:
    return Remark(Level.NOTE, at, message, hint)


def _is_label(node: Expression, name: str) -> bool:
    return isinstance(node, Field) and node.root is Root.LABELS and node.path == (name,)


def _of_data(node: Expression) -> bool:
    return isinstance(node, Field) and node.root is Root.DATA


def _whole(expression: Expression) -> Iterator[Remark]:
    if isinstance(expression, Constant):
        if expression.value is False:
            yield _warn(expression.at, "nothing passes", "remove the stream, or say what passes")
        else:
            yield _note(expression.at, "everything passes")


def _mixed(node: Or) -> Iterator[Remark]:
    for each in node.operands:
        if isinstance(each, And) and not each.grouped:
            message = f"{_OPEN} && binds before ||; levee takes it so"
            yield _warn(each.at, message, "write parentheses, as `levee filter format` does")


def _alone(node: Expression) -> Iterator[Remark]:
    """A field as condition."""
    if isinstance(node, Field) and node.annotation is None:
        message = f"{_OPEN} a field that is neither true nor false counts as true"
        yield _warn(node.at, message, "write :bool, or compare it: $d.field != null")


def _conditions(node: Expression) -> tuple[Expression, ...]:
    match node:
        case And() | Or():
            return node.operands
        case Not():
            return (node.operand,)
    return ()


def _negation(operand: Expression, at: int) -> Iterator[Remark]:
    if isinstance(operand, Call) and _of_data(operand.subject):
        message = f"{_OPEN} a record without the field passes a negated function"
        yield _warn(at, message, "ask for the field as well: $d.field != null && !…")
    elif any(_of_data(node) for node, _ in walk(operand)):
        yield _note(at, f"{_OPEN} a record without the field passes a negation", "ask for it: $d.field != null && !…")


def _field(node: Field) -> Iterator[Remark]:
    label = _LABEL_NAMES.get(node.path[-1].lower()) if node.root is Root.DATA and len(node.path) == 1 else None
    if label is not None:
        yield _warn(node.at, f"this is a field of the record, not the label {label}", f"write {label} for the label")


def _comparison(node: Compare) -> Iterator[Remark]:
    sides = (node.left, node.right)
    types = {type_of(side) for side in sides}
    time = any(isinstance(side, Field) and side.root is Root.METADATA and side.path == ("timestamp",) for side in sides)
    if Type.SEVERITY in types and node.operator not in EQUALITIES:
        message = "DPXL's reference gives severities no order; IBM's lists disagree on DEBUG and VERBOSE"
        yield _warn(node.at, message, "name them: $m.severity.in(ERROR, CRITICAL)")
    elif Type.SEVERITY in types and any(map(_of_data, sides)):
        yield _warn(node.at, "a field of the record holds text, no severity", "write $m.severity, or 'ERROR' as text")
    if Type.NULL in types and any(map(_of_data, sides)):
        message = "of an object or a list both == null and != null are never true"
        yield _warn(node.at, message, "ask for a field inside of it that is text, a number or true or false")
    elif node.operator == "!=" and any(map(_of_data, sides)):
        yield _note(node.at, f"{_OPEN} a record without the field passes", "ask for it: $d.field != null && …")
    later = isinstance(node.left, Field)
    if time and (node.operator in ({"<", "<="} if later else {">", ">="})):
        yield _warn(node.at, "the stream ends in silence at that time", "remove it, or retire the stream on that day")


def _equality(field: Expression, other: Expression, texts: set[str]) -> Iterator[Remark]:
    """Values that IBM writes otherwise, and fields that are taken for another. `texts`: all of the filter's."""
    if not isinstance(field, Field):
        return
    text = other.value if isinstance(other, Constant) and isinstance(other.value, str) else ""
    if _is_label(field, "applicationname") and text == f"{AUDIT}s":
        yield _warn(other.at, f"audit events have the application name {AUDIT}", f"write '{AUDIT}'")
    if _is_label(field, "applicationname") and text == PLATFORM and INTERNET_SERVICES not in texts:
        message = f"logs of Internet Services have the application name {INTERNET_SERVICES}"
        yield _note(other.at, message, f"name both if they are meant: .in('{PLATFORM}', '{INTERNET_SERVICES}')")
    if AUDIT in texts and _is_label(field, "subsystemname") and text and ":" not in text:
        message = "the subsystem of an audit event is service:instance"
        yield _warn(other.at, message, f"write $l.subsystemname.startsWith('{text[:40]}:')")
    if field.root is Root.LABELS and isinstance(other, Field) and other.bare:
        yield _warn(other.at, f"this is the field $d.{other.path[0]}, not a text", "put text in quotes")
    if _of_data(field) and field.path == ("severity",) and text in SEVERITIES:
        message = "$d.severity of an audit event is normal, warning or critical"
        yield _note(other.at, message, "the record's own severity is $m.severity")
