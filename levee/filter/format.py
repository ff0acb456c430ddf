"""An expression as text: one line, the roots written out, parentheses where `&&` and `||` meet."""

from __future__ import annotations

import re
from typing import Final

from levee.filter.expression import And, Call, Compare, Constant, Expression, Field, Not, Or, Type
from levee.filter.parse import ESCAPES, VERSION

_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_ESCAPED: Final = {ord(character): f"\\{letter}" for letter, character in ESCAPES.items() if letter in "nrtfb\\'"}


def formatted(expression: Expression) -> str:
    """The text, which parses to an equal expression."""
    return f"{VERSION} {_text(expression)}"


def _text(node: Expression) -> str:
    match node:
        case Field() | Constant():
            return (_field(node) if isinstance(node, Field) else _constant(node)) + _annotation(node)
        case Compare():
            return f"{_operand(node.left)} {node.operator} {_operand(node.right)}"
        case Call():
            # A digit and a dot would read on as one number.
            numeric = isinstance(node.subject, Constant) and node.subject.type is Type.NUMBER
            subject = f"({_text(node.subject)})" if numeric else _operand(node.subject)
            return f"{subject}.{node.function}({', '.join(map(_operand, node.arguments))})"
        case Not():
            return f"!{_text(node.operand) if isinstance(node.operand, Not) else _operand(node.operand)}"
        case And():
            return " && ".join(f"({_text(each)})" if isinstance(each, Or) else _text(each) for each in node.operands)
        case Or():
            return " || ".join(f"({_text(each)})" if isinstance(each, And) else _text(each) for each in node.operands)


def _field(node: Field) -> str:
    return node.root + "".join(f".{step}" if _PLAIN.fullmatch(step) else f"[{_quoted(step)}]" for step in node.path)


def _operand(node: Expression) -> str:
    return f"({_text(node)})" if isinstance(node, Compare | Not | And | Or) else _text(node)


def _annotation(node: Field | Constant) -> str:
    return f":{node.annotation.name}" if node.annotation is not None else ""


def _constant(node: Constant) -> str:
    match node.type:
        case Type.STRING:
            return _quoted(str(node.value))
        case Type.TIMESTAMP:
            return f"@'{node.value}'"
        case Type.REGEX:
            return f"/{node.value}/"
        case Type.NUMBER:
            return f"{node.value:f}"
    return "null" if node.value is None else str(node.value).lower() if node.type is Type.BOOL else str(node.value)


def _quoted(text: str) -> str:
    return f"'{text.translate(_ESCAPED)}'"
