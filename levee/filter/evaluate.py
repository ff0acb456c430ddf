"""Whether a record passes compiled operations: yes, no, or open where DPXL's documentation doesn't say."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import reduce
from typing import Any, Final, NamedTuple

from levee.filter.expression import SEVERITIES, Root, Type
from levee.filter.moment import NOW, nanoseconds
from levee.filter.operations import VERSION, Compiled, Operation
from levee.filter.pattern import compiled
from levee.filter.record import Record
from levee.filter.truth import ANY, NULL, TRUE, Reading, Truth, either, known


class Answer(StrEnum):
    """What becomes of a record."""

    PASSES = "passes"
    FAILS = "fails"
    OPEN = "open"


class _Unknown(StrEnum):
    """What a value can be beside a JSON scalar and None for null."""

    ANYTHING = "nothing tells what it is"
    SUBTREE = "an object or a list, which a comparison takes as null"


class _Value(NamedTuple):
    """`converted`: only where values are converted to the inferred type; elsewhere it is null."""

    value: Any
    converted: bool = False


_NUMBER: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_BY_NUMBER: Final = ("DEBUG", "VERBOSE", "INFO", "WARNING", "ERROR", "CRITICAL")
"""The ingestion API's numbers, from 1."""
_SEVERITY_OF: Final = {
    **{word: word for word in SEVERITIES},
    "WARN": "WARNING",
    **{str(number): word for number, word in enumerate(_BY_NUMBER, 1)},
}
_LOGIC: Final[Mapping[str, Callable[[Truth, Truth], Truth]]] = {"and": operator.and_, "or": operator.or_}
_COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_OF_TEXT: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "startsWith": str.startswith,
    "endsWith": str.endswith,
    "contains": operator.contains,
}


def answer(filtered: Compiled, record: Record) -> Answer:
    """What becomes of the record. Raises ValueError for operations of another version."""
    if filtered["version"] != VERSION:
        raise ValueError(f"operations of version {filtered['version']}; this evaluator knows {VERSION}")
    truth = _condition(filtered["condition"], record)  # type: ignore[arg-type] # the version says so
    if not truth.false | truth.null:
        return Answer.PASSES
    return Answer.OPEN if truth.true else Answer.FAILS


def _condition(operation: Operation, record: Record) -> Truth:
    name: Any = operation[0]
    inside: Any = operation[1:]
    if name in _LOGIC:
        return reduce(_LOGIC[name], (_condition(each, record) for each in inside))
    if name == "not":
        return ~_condition(inside[0], record)
    if name in {"null", "present"}:
        return _null(_value(inside[0], record), present=name == "present").settled()
    if name == "holds":
        return _holds(_value(inside[0], record).value).settled()
    return _predicate(name, inside, record).settled()


def _predicate(name: str, inside: list[Any], record: Record) -> Truth:
    """A comparison or a function."""
    if name == "matches":
        return _under(lambda text: _matches(text, inside[1]), _value(inside[0], record))
    if name in _OF_TEXT:
        return _under(lambda *texts: _scalar(_OF_TEXT[name], *texts), *_values(inside, record))
    if name != "in" and name not in _COMPARE:
        raise ValueError(f"no condition: {name}")
    kind, *operands = inside
    if kind == Type.BOOL:
        return _of_bools(name, [_bool(each, record) for each in operands])
    return _under(lambda *values: _compared(name, kind, values), *_values(operands, record))


def _values(operations: list[Operation], record: Record) -> list[_Value]:
    return [_value(each, record) for each in operations]


def _value(operation: Operation, record: Record) -> _Value:
    match operation:
        case ["field", root, *path]:
            return _Value(_field(Root(str(root)), [str(step) for step in path], record))
        case ["constant", kind, value]:
            return _Value(_Unknown.ANYTHING if kind == Type.TIMESTAMP and value == NOW else value)
        case ["cast", kind, [*inner]]:
            return _Value(_cast(str(kind), _value(inner, record).value))
        case ["infer", kind, [*inner]]:
            value = _value(inner, record).value
            if value is _Unknown.SUBTREE:
                return _Value(None)
            converted = not (value is None or value is _Unknown.ANYTHING or _is(str(kind), value))
            return _Value(_cast(str(kind), value), converted)
    raise ValueError(f"no value: {operation[0]}")


def _under(predicate: Callable[..., Truth], *values: _Value) -> Truth:
    """A predicate of values, some of which are null where nothing is converted."""
    outcome = predicate(*(each.value for each in values))
    if not any(each.converted for each in values):
        return outcome
    return either(Reading.CONVERTS, outcome, predicate(*(None if each.converted else each.value for each in values)))


def _scalar(predicate: Callable[..., bool], *values: Any) -> Truth:
    """Of null null, of what nothing tells anything."""
    if any(isinstance(each, _Unknown) for each in values):
        return ANY
    return NULL if None in values else known(predicate(*values))


def _matches(text: Any, pattern: str) -> Truth:
    expression = compiled(pattern)

    def part(text: str) -> bool:
        return expression.search(_without_surrogates(text)) is not None

    def whole(text: str) -> bool:
        return expression.fullmatch(_without_surrogates(text)) is not None

    return either(Reading.WHOLE_TEXT, _scalar(whole, text), _scalar(part, text))


def _without_surrogates(text: str) -> str:
    """RE2 takes only what UTF-8 can hold; half a surrogate pair is the replacement character to it."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _compared(name: str, kind: str, values: tuple[Any, ...]) -> Truth:
    if name == "in":
        subject, *others = values
        return reduce(operator.or_, (_scalar(operator.eq, subject, each) for each in others))
    if name == "!=" and None in values and not any(isinstance(each, _Unknown) for each in values):
        return either(Reading.NULL_DIFFERS, TRUE, NULL)
    if kind == Type.SEVERITY and name not in {"==", "!="}:
        debug_first, verbose_first = (
            _scalar(lambda one, other, order=order: _COMPARE[name](order.index(one), order.index(other)), *values)
            for order in (_BY_NUMBER, SEVERITIES)
        )
        return either(Reading.DEBUG_FIRST, debug_first, verbose_first)
    return _scalar(_COMPARE[name], *values)


def _of_bools(name: str, truths: list[Truth]) -> Truth:
    first, *others = truths
    if name == "in":
        return reduce(operator.or_, (first.equals(each) for each in others))
    equal = first.equals(others[0])
    if name == "==":
        return equal
    return either(Reading.NULL_DIFFERS, Truth(equal.false | equal.null, equal.true, 0), ~equal)


def _bool(operation: Operation, record: Record) -> Truth:
    """A value of type bool: a field, a constant or a condition."""
    if operation[0] not in {"field", "constant", "cast", "infer"}:
        return _condition(operation, record)
    return _under(_holds, _value(operation, record))


def _holds(value: Any) -> Truth:
    """A field alone as condition. Whether anything but true and false counts as true is documented nowhere."""
    if value is None:
        return NULL
    return known(value) if isinstance(value, bool) else ANY


def _null(found: _Value, *, present: bool) -> Truth:
    """`== null`, `!= null`. Of an object or a list both are null."""
    if found.value is _Unknown.SUBTREE:
        return NULL
    if found.value is _Unknown.ANYTHING:
        return ANY
    return known((found.value is None) is not present)


def _field(root: Root, path: list[str], record: Record) -> Any:
    if root is not Root.DATA:
        part = record.metadata if root is Root.METADATA else record.labels
        return _Unknown.ANYTHING if part is None else _of_source(path[0], part.get(path[0]))
    value: Any = record.data
    for step in path:
        if isinstance(value, list):
            return _Unknown.ANYTHING
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return _Unknown.SUBTREE if isinstance(value, dict | list) else value


def _of_source(name: str, value: Any) -> Any:
    """What a label or a metadata field says; a form that levee doesn't know can be anything."""
    if value is None:
        return None
    if name == "severity":
        found = _SEVERITY_OF.get(str(value).upper())
    elif name == "timestamp":
        return _cast(Type.TIMESTAMP, value)
    else:
        found = value if isinstance(value, str) else None
    return _Unknown.ANYTHING if found is None else found


def _is(kind: str, value: Any) -> bool:
    """Whether a JSON value is of that type by itself."""
    match kind:
        case Type.STRING:
            return isinstance(value, str) and not isinstance(value, _Unknown)
        case Type.NUMBER:
            return isinstance(value, int | float) and not isinstance(value, bool)
        case Type.BOOL:
            return isinstance(value, bool)
    return False


def _cast(kind: str, value: Any) -> Any:
    """The value as that type; None where it can't be one, `ANYTHING` where the documentation doesn't say."""
    if value is None:
        return None
    return _Unknown.ANYTHING if isinstance(value, _Unknown) else _CASTS[kind](value)


def _to_text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)
    return repr(value) if value % 1 and 1e-3 < abs(value) < 1e15 else _Unknown.ANYTHING  # 3.0, 1e21: 3 or 3.0?


def _to_number(value: Any) -> Any:
    """As every JSON reader outside of Python has it: 64 bits of IEEE 754."""
    if isinstance(value, bool):
        return _Unknown.ANYTHING
    try:
        number = float(value)
    except OverflowError:
        return math.copysign(math.inf, value)
    except ValueError:
        return _Unknown.ANYTHING if value[:2].lower() == "0x" else None
    return number if not isinstance(value, str) or _NUMBER.fullmatch(value) else _Unknown.ANYTHING


def _to_bool(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if value in {"true", "false"}:
        return value == "true"
    unclear = not isinstance(value, str) or value.lower() in {"true", "false", "1", "0", "yes", "no", "on", "off"}
    return _Unknown.ANYTHING if unclear else None


def _to_time(value: Any) -> Any:
    try:
        return nanoseconds(value) if isinstance(value, str) else _Unknown.ANYTHING
    except ValueError:
        return _Unknown.ANYTHING


def _to_severity(value: Any) -> Any:
    if value in SEVERITIES:
        return value
    return None if isinstance(value, str) and value.upper() not in _SEVERITY_OF else _Unknown.ANYTHING


_CASTS: Final[Mapping[str, Callable[[Any], Any]]] = {
    Type.STRING: _to_text,
    Type.NUMBER: _to_number,
    Type.BOOL: _to_bool,
    Type.TIMESTAMP: _to_time,
    Type.SEVERITY: _to_severity,
}
