"""A rule that broke instead of judging."""

from __future__ import annotations

from dataclasses import dataclass

from levee.model.origin import Origin


@dataclass(frozen=True, slots=True)
class Failure:
    """`rule` failed on a subject. `error` is the exception's type, whose text may hold what must not be shown, or what
    is wrong with what the rule gave. `line` is where in its file an organization's own rule failed; 0: levee's.
    """

    rule: str
    subject: str
    origin: Origin
    error: str
    line: int = 0
