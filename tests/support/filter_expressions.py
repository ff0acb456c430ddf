"""Expressions and records for property tests, and hostile texts."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any, Final

from hypothesis import strategies as st

from levee.filter.expression import (
    ANNOTATIONS,
    KNOWN,
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
)

NAMES: Final = ("a", "b", "status", "kubernetes", "true", "ERROR", "in", "a-b", "_x")
TEXTS = st.text(st.characters(exclude_categories=["C"]) | st.sampled_from("\n\t"), max_size=6) | st.sampled_from(
    ("", "a", "app", "502", "true", "ERROR", "2024-01-01", "'", "\\")
)
PATHS = st.lists(
    st.sampled_from(NAMES) | st.text(st.characters(exclude_categories=["C"]), max_size=3), min_size=1, max_size=3
)


def data(annotation: Type | None = None) -> st.SearchStrategy[Expression]:
    named = None if annotation is None else Annotation(annotation.value)
    return PATHS.map(lambda path: Field(Root.DATA, tuple(path), named))


CONSTANTS: Final[dict[Type, st.SearchStrategy[Expression]]] = {
    Type.STRING: TEXTS.map(lambda text: Constant(Type.STRING, text)),
    Type.NUMBER: st.decimals(-(10**9), 10**9, places=2).map(lambda number: Constant(Type.NUMBER, Decimal(number))),
    Type.BOOL: st.booleans().map(lambda value: Constant(Type.BOOL, value)),
    Type.TIMESTAMP: st.sampled_from(("now", "2024-01-01", "2024-01-01T00:00Z", "2023-12-31T23:59:59.5+01:00")).map(
        lambda text: Constant(Type.TIMESTAMP, text)
    ),
    Type.SEVERITY: st.sampled_from(SEVERITIES).map(lambda word: Constant(Type.SEVERITY, word)),
}


def typed(kind: Type) -> st.SearchStrategy[Expression]:
    """Values whose type is known."""
    source = [
        st.just(Field(root, (name,))) for root, fields in KNOWN.items() for name, its in fields.items() if its is kind
    ]
    converted = TEXTS.map(lambda text: Constant(Type.STRING, text, Annotation(kind.value)))
    return st.one_of(CONSTANTS[kind], data(kind), converted, *source)


@st.composite
def comparisons(draw: st.DrawFn) -> Expression:
    kind = draw(st.sampled_from(ANNOTATIONS))
    operator = draw(st.sampled_from(("==", "!=") if kind is Type.BOOL else ("==", "!=", "<", "<=", ">", ">=")))
    sides = [draw(typed(kind)), draw(typed(kind) | (st.nothing() if kind is Type.SEVERITY else data()))]
    left, right = draw(st.permutations(sides))
    return Compare(operator, left, right)


@st.composite
def calls(draw: st.DrawFn) -> Expression:
    function = draw(st.sampled_from(Function))
    if function is Function.IN:
        kind = draw(st.sampled_from(ANNOTATIONS))
        values = draw(st.lists(typed(kind), min_size=1, max_size=3))
        return Call(function, draw(typed(kind)), tuple(values))
    subject = draw(data() | typed(Type.STRING))
    if function is Function.MATCHES:
        pattern = draw(st.sampled_from(("a.*", "^a$", "[0-9]+", r"a\/b", "(?i)x|y")))
        return Call(function, subject, (Constant(Type.REGEX, pattern),))
    return Call(function, subject, (draw(typed(Type.STRING)),))


def nulls() -> st.SearchStrategy[Expression]:
    return st.builds(
        lambda field, operator: Compare(operator, field, Constant(Type.NULL, None)),
        data(),
        st.sampled_from(("==", "!=")),
    )


def join(kind: type[And | Or], operands: list[Expression]) -> Expression:
    """As the parser has it: none inside of another of its kind."""
    flat = [each for one in operands for each in (one.operands if isinstance(one, kind) else (one,))]
    return kind(tuple(flat))


def larger(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    several = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        inner.map(Not),
        several.map(lambda operands: join(And, operands)),
        several.map(lambda operands: join(Or, operands)),
        st.builds(
            lambda one, operator, other: Compare(operator, one, other), inner, st.sampled_from(("==", "!=")), inner
        ).filter(lambda node: not any(isinstance(side, Field) for side in (node.left, node.right))),
    )


EXPRESSIONS: Final[st.SearchStrategy[Expression]] = st.recursive(
    comparisons() | calls() | nulls() | data() | CONSTANTS[Type.BOOL], larger, max_leaves=8
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**25), 10**25)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=2),
    max_leaves=6,
)
RECORDS: Final[st.SearchStrategy[dict[str, Any]]] = st.fixed_dictionaries(
    {"user_data": st.dictionaries(st.sampled_from(NAMES), JSON, max_size=4)},
    optional={
        "labels": st.dictionaries(st.sampled_from(("applicationname", "subsystemname")), TEXTS),
        "metadata": st.fixed_dictionaries({"severity": st.sampled_from(("Error", "3", 5, "?")), "timestamp": TEXTS}),
    },
)

_PIECES: Final = (
    *(
        "<v1>",
        "<v1> ",
        "<v2>",
        "$m.severity",
        "$m.timestamp",
        "$l.applicationname",
        "$d.a",
        "$d",
        "$x",
        "a",
        "a.b",
        "in",
    ),
    *("==", "!=", "<", "<=", ">", ">=", "&&", "||", "!", "(", ")", ",", ":", ".", ":string", ":number", ".in(", "in("),
    *(
        ".contains(",
        ".matches(",
        "'x'",
        "'",
        '"x"',
        "@'now'",
        "@'",
        "/a+/",
        "/",
        "[",
        "['k']",
        "\\",
        "\\'",
        "1",
        "-1.5",
    ),
    *(
        "true",
        "false",
        "null",
        "ERROR",
        "DEBUG",
        " ",
        "  ",
        "\n",
        "\t",
        "\0",
        "\u2019",
        "\U0001f600",
        "é",
        "#",
        "~",
        "&",
        "|",
    ),
)


def hostile(random: Random, seeds: list[str]) -> str:
    """A random text, or a seed with pieces put in, taken out, doubled and swapped."""
    if random.random() < 0.2:
        return "<v1> " + "".join(random.choices(_PIECES, k=random.randrange(40)))
    text = random.choice(seeds)
    for _ in range(random.randrange(1, 5)):
        at, end = sorted((random.randrange(len(text) + 1), random.randrange(len(text) + 1)))
        match random.randrange(5):
            case 0:
                text = text[:at] + random.choice(_PIECES) + text[at:]
            case 1:
                text = text[:at] + text[end:]
            case 2:
                text = text[:end] + text[at:end] * random.randrange(1, 4) + text[end:]
            case 3:
                text = text[:at] + chr(random.randrange(0x11_0000)) + text[at + 1 :]
            case _:
                text = text[:at] + random.choice(seeds)[5:] + text[at:]
    return text[:5000]
