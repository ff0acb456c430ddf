"""A filter as a tree. Two are equal where they mean the same; places and parentheses of the text don't count.

Columns count from 0, in characters of the whole text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeAlias


class Type(StrEnum):
    """What a value is. Annotations name the first five."""

    STRING = "string"
    NUMBER = "number"
    BOOL = "bool"
    TIMESTAMP = "timestamp"
    SEVERITY = "severity"
    REGEX = "regular expression"
    NULL = "null"


ANNOTATIONS: Final = (Type.STRING, Type.NUMBER, Type.BOOL, Type.TIMESTAMP, Type.SEVERITY)
SEVERITIES: Final = ("VERBOSE", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class Root(StrEnum):
    """Which part of a record a field is of."""

    METADATA = "$m"
    LABELS = "$l"
    DATA = "$d"


KNOWN: Final = {
    Root.METADATA: {"timestamp": Type.TIMESTAMP, "severity": Type.SEVERITY},
    Root.LABELS: {"applicationname": Type.STRING, "subsystemname": Type.STRING},
}
"""The fields that DPXL's reference lists."""


class Function(StrEnum):
    """All functions of DPXL."""

    STARTS_WITH = "startsWith"
    ENDS_WITH = "endsWith"
    CONTAINS = "contains"
    MATCHES = "matches"
    IN = "in"


EQUALITIES: Final = ("==", "!=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """`at`: the column of a field or constant, of a comparison's operator, of a function's name. `grouped`: stands in
    parentheses.
    """

    at: int = field(default=0, compare=False)
    grouped: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Annotation:
    """The type that a field or a text is read as, as it is written."""

    name: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Field(Node):
    """A value of the record. `bare`: written without its root."""

    root: Root
    path: tuple[str, ...]
    annotation: Annotation | None = None
    bare: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """A value of the filter's own: text, a number, true, false, null; of a time and a regular expression the text.

    `double`: in double quotes, which no page of DPXL shows.
    """

    type: Type
    value: str | Decimal | bool | None
    annotation: Annotation | None = None
    double: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """`==`, `!=`, `<`, `<=`, `>` or `>=` of two values."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function: `subject.function(arguments)`, or `function(subject, arguments)`. `end`: the column of its `)`."""

    function: str
    subject: Expression
    arguments: tuple[Expression, ...]
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not(Node):
    """`!`."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class And(Node):
    """`&&` of two or more, none of them an And."""

    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    """`||` of two or more, none of them an Or."""

    operands: tuple[Expression, ...]


Expression: TypeAlias = Field | Constant | Compare | Call | Not | And | Or


def children(node: Expression) -> tuple[Expression, ...]:
    """What a node is made of, in the order of the text."""
    match node:
        case Compare():
            return (node.left, node.right)
        case Call():
            return (node.subject, *node.arguments)
        case Not():
            return (node.operand,)
        case And() | Or():
            return node.operands
    return ()


def walk(expression: Expression) -> Iterator[tuple[Expression, int]]:
    """Every node with its depth, a parent before its children, in the order of the text."""
    waiting: list[tuple[Expression, int]] = [(expression, 1)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting += [(child, depth + 1) for child in reversed(children(node))]


def type_of(node: Expression) -> Type | None:
    """The type of a value; None of a user field that says none."""
    match node:
        case Field() if node.root is not Root.DATA:
            return KNOWN[node.root].get(node.path[0])
        case Field() | Constant() if node.annotation is not None:
            return Type(node.annotation.name)
        case Field():
            return None
        case Constant():
            return node.type
    return Type.BOOL
