"""The text of a filter as an expression."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any, Final, cast

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedToken, v_args

from levee.filter.expression import (
    SEVERITIES,
    And,
    Annotation,
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
    walk,
)
from levee.filter.remark import FilterError, did_you_mean

VERSION: Final = "<v1>"
MAX_LENGTH: Final = 4096  # characters; the API takes no more
MAX_DEPTH: Final = 64
ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "b": "\b"} | {each: each for each in "\\'\"{}`"}
_WORDS: Final = {"true": (Type.BOOL, True), "false": (Type.BOOL, False), "null": (Type.NULL, None)} | {
    word: (Type.SEVERITY, word) for word in SEVERITIES
}
_SEGMENT: Final = re.compile(r"\[('(?:[^'\\]|\\.)*+')\]|\.?([A-Za-z_][A-Za-z0-9_-]*+)")


def parse(text: str) -> Expression:
    """The expression. Raises FilterError at the first character or word that can't stand where it does."""
    if len(text) > MAX_LENGTH:
        raise FilterError(MAX_LENGTH, f"the filter has {len(text)} characters; {MAX_LENGTH} are taken", "shorten it")
    _require_version(text)
    control = next((at for at, each in enumerate(text) if unicodedata.category(each).startswith("C")), len(text))
    refused: FilterError | None = None
    try:
        expression = cast("Expression", _parser().parse(text[len(VERSION) :]))
    except UnexpectedCharacters as error:
        at = len(VERSION) + cast("int", error.pos_in_stream)
        refused = FilterError(at, *_unexpected(text, at, _CHARACTERS.get(text[at], "")))
    except UnexpectedToken as error:
        at = _start(error.token) if error.token.type != "$END" else len(text)
        refused = FilterError(at, *_unexpected(text, at))
    except FilterError as error:
        refused = error
    if control < len(text) and (refused is None or control <= refused.remark.at):
        raise FilterError(control, *_control(text[control], last=not text[control:].strip()))
    if refused is not None:
        raise refused
    for node, depth in walk(expression):
        if depth > MAX_DEPTH:
            raise FilterError(node.at, f"the filter is nested more than {MAX_DEPTH} deep", "write it flatter")
    return expression


def _require_version(text: str) -> None:
    if text.startswith(VERSION):
        return
    other = re.match(r"<([^<>]*)>", text)
    if other is not None:
        raise FilterError(1, f"there is no version {other[1][:20]!r} of the language", f"begin with {VERSION}")
    raise FilterError(0, f"a filter begins with {VERSION}", f"write {VERSION} in front of it")


def _control(character: str, *, last: bool) -> tuple[str, str]:
    if character == "\n":
        hint = "in YAML write `filter: >-` for a filter on several lines"
        return ("a filter ends without a line break" if last else "a filter is one line"), hint
    what = "a tab" if character == "\t" else f"the character U+{ord(character):04X}"
    return f"{what} can't be in a filter: Cloud Logs takes no control characters", "write a space, or remove it"


_CHARACTERS: Final = {
    "$": "a field begins with $m. (metadata), $l. (labels) or $d. (the record), and a name follows: $d.status",
    "=": "write == to compare",
    "&": "write && for and",
    "|": "write || for or; a pipe to a DataPrime command can't be in a filter",
    "~": "search in a field: $d.msg.contains('text')",
    '"': "close the quote, and use '",
    "'": "close the quote; inside of text write \\'",
    "#": "remove the comment: it would swallow the rest of the line",
    "[": "there are no arrays; list values with in: $d.country:string.in('us', 'il'); a key is written ['key']",
    "/": "write a regular expression as /prod-.*/; there is no division and no comment",
    "@": "write a time as @'2024-01-01T00:00:00Z'",
    "?": "there is no choice between values; join conditions by && and ||",
    ".": "a name follows a dot: $d.kubernetes.pod_name; a number has digits on both sides of it",
    "<": "write a field's name here: a placeholder is left",
    ":": "write a type behind a field or a text: status:number",
    "\\": "a backslash stands only inside of text and regular expressions",
    **dict.fromkeys("+*%^", "there is no arithmetic"),
    **dict.fromkeys("\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb\u00b4`", "text stands in straight quotes: 'text'"),
    **dict.fromkeys("{}];", "remove it"),
}
WORD_OPERATORS: Final = {
    "and": "write &&",
    "or": "write ||",
    "not": "write !",
    "is": "write ==",
    "in": "write it as a function: $d.country:string.in('us', 'il')",
    "like": "write $d.msg.contains('text')",
    "contains": "write it as a function: $d.msg.contains('text')",
    "startswith": "write it as a function: $d.region.startsWith('us-')",
    "endswith": "write it as a function: $d.name.endsWith('-1')",
    "matches": "write it as a function: $d.host.matches(/prod-.*/)",
}
COMMANDS: Final = {"filter", "source", "where"}
_BETWEEN: Final = (
    (re.compile(r"""'['"]"""), "write a quote inside of text as \\'"),
    (re.compile(r"/[a-z]"), "flags stand inside of the expression: /(?i)prod-.*/"),
    (re.compile(r"./"), "remove the comment: it would swallow the rest of the line"),
)
"""By the last character before and the first of what can't follow it."""


def _unexpected(text: str, at: int, hint: str = "") -> tuple[str, str]:
    """What to say of the text at a place where it can't go on as it does, and what to write instead.

    `hint`: of a character that begins nothing.
    """
    rest, before = text[at:], text[len(VERSION) : at].strip()
    word = re.match(r"\$?[\w.]+", rest)
    shown = word[0][:40] if word else rest[:1]
    if not rest:
        return _ended(before)
    if before in COMMANDS:
        return f"`{before}` is a command of DataPrime", "write only the expression: $l.applicationname == 'app'"
    if shown.lower() in WORD_OPERATORS:
        return f"`{shown}` is no operator", WORD_OPERATORS[shown.lower()]
    instead = hint or next((each for pair, each in _BETWEEN if pair.match(before[-1:] + rest[0])), "")
    if not instead and before[-1:] in {"", *"(!&|=<>,"}:
        return f"`{shown}` can't stand here: a value is missing", "write a field, a value or a condition in ( )"
    return f"`{shown}` can't stand here", instead or "join conditions by && or ||, and compare by =="


def _ended(before: str) -> tuple[str, str]:
    if not before:
        return "the filter is empty", f"write {VERSION} true to let everything pass"
    missing = before.count("(") > before.count(")")
    return "the filter ends too early", "close the parenthesis" if missing else "write what is to follow"


@cache
def _parser() -> Lark:
    grammar = resources.files(__package__).joinpath("grammar.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", lexer="basic", transformer=_Builder())


def _start(token: Token) -> int:
    return len(VERSION) + (token.start_pos or 0)


def _unquoted(quoted: str, at: int) -> str:
    """The text between quotes."""

    def character(escape: re.Match[str]) -> str:
        if escape[1] not in ESCAPES:
            raise FilterError(at, f"`{escape[0]}` is no escape", "write \\\\ for a backslash")
        return ESCAPES[escape[1]]

    return re.sub(r"\\(.)", character, quoted[1:-1])


def _annotation(token: Token | None) -> Annotation | None:
    if token is None:
        return None
    name = token[1:].lstrip(" ")
    return Annotation(name, _start(token) + len(token) - len(name))


@v_args(inline=True)
class _Builder(Transformer[Token, Expression]):
    """What Lark calls for each rule of the grammar, children first."""

    def start(self, expression: Expression) -> Expression:
        return expression

    def group(self, expression: Expression, _close: Token) -> Expression:
        return replace(expression, grouped=True)

    def disjunction(self, *operands: Expression) -> Expression:
        flat = [each for operand in operands for each in (operand.operands if isinstance(operand, Or) else (operand,))]
        return Or(tuple(flat), at=operands[0].at)

    def conjunction(self, *operands: Expression) -> Expression:
        flat = [each for operand in operands for each in (operand.operands if isinstance(operand, And) else (operand,))]
        return And(tuple(flat), at=operands[0].at)

    def comparison(self, left: Expression, operator: Token, right: Expression) -> Expression:
        return Compare(str(operator), left, right, at=_start(operator))

    def negation(self, sign: Token, operand: Expression) -> Expression:
        return Not(operand, at=_start(sign))

    def arguments(self, *each: Expression | Token) -> tuple[Expression | Token, ...]:
        return each

    def call(self, *parts: Any) -> Expression:
        """Of `[subject] name (argument… close)`."""
        *subject, name, (*given, close) = parts
        function = name.removeprefix(".")
        at = _start(name) + len(name) - len(function)
        arguments = (*subject, *given)
        if not arguments and function not in list(Function):
            raise FilterError(at, f"there is no function {function[:40]}", did_you_mean(function, Function))
        if not arguments:
            raise FilterError(_start(close), f"{function} lacks its values", f"write {function}(field, value)")
        return Call(function, arguments[0], arguments[1:], _start(close), at=at)

    def field(self, token: Token, annotation: Token | None = None) -> Expression:
        at = _start(token)
        if token in _WORDS:
            if annotation is not None:
                named = _annotation(annotation)
                assert named is not None
                raise FilterError(named.at, f"`{token}` has its type", "a type stands only behind a field or a text")
            kind, value = _WORDS[token]
            return Constant(kind, value, at=at)
        bare = not token.startswith("$")
        path = tuple(
            _unquoted(quoted, at) if quoted else plain
            for quoted, plain in _SEGMENT.findall(token if bare else token[2:])
        )
        return Field(Root.DATA if bare else Root(token[:2]), path, _annotation(annotation), bare, at=at)

    def string(self, token: Token, annotation: Token | None = None) -> Expression:
        at = _start(token)
        return Constant(Type.STRING, _unquoted(token, at), _annotation(annotation), token[0] == '"', at=at)

    def number(self, token: Token) -> Expression:
        return Constant(Type.NUMBER, Decimal(token), at=_start(token))

    def timestamp(self, token: Token) -> Expression:
        return Constant(Type.TIMESTAMP, token.split("'")[1], at=_start(token))

    def regex(self, token: Token) -> Expression:
        return Constant(Type.REGEX, token[1:-1], at=_start(token))
