"""All there is to say of a filter's text."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from levee.filter.check import errors
from levee.filter.expression import Expression
from levee.filter.lint import lints
from levee.filter.parse import parse
from levee.filter.remark import FilterError, Remark


class Review(NamedTuple):
    """The expression, None where there is none without errors, and what is said of the text in its order."""

    expression: Expression | None
    remarks: tuple[Remark, ...]


@lru_cache(maxsize=1024)
def review(text: str) -> Review:
    """Parse and check a filter. Never raises. Equal texts, as many streams have, cost once."""
    try:
        expression = parse(text)
    except FilterError as error:
        return Review(None, (error.remark,))
    refused = errors(expression)
    return Review(None, refused) if refused else Review(expression, lints(expression))


def require(text: str) -> Expression:
    """The expression of a text without errors. Raises FilterError at the first one."""
    expression, remarks = review(text)
    if expression is None:
        raise FilterError(remarks[0].at, remarks[0].message, remarks[0].help)
    return expression
