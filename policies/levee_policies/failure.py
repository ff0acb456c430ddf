"""A rule that broke instead of judging."""

from __future__ import annotations

from dataclasses import dataclass

from levee.model.origin import Origin


@dataclass(frozen=True, slots=True)
class Failure:
    """`rule` raised `error` on a subject. `error` is the exception's type: its text may hold what must not be shown."""

    rule: str
    subject: str
    origin: Origin
    error: str
