"""A dated exception from a rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from levee.model.origin import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """One entry of `stacks/waivers.yaml`: findings of `rule` on subjects that `subject` matches count as waived.

    `subject` is `<stack>/<kind>/<name>`, the stack spelled out, the rest with `*` and `?` as in file names. It holds
    up to and including the day `expires`. `change_by` is the day until which the change it is for may be still to come.
    """

    rule: str
    subject: str
    reason: str
    owner: str
    ticket: str
    approved_by: str
    expires: date
    origin: Origin
    change_by: date | None = None

    @property
    def stack(self) -> str:
        """The stack that it is for."""
        return self.subject.partition("/")[0]
