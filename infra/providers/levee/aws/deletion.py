"""The dated approval without which nothing that holds data, or opens it, is removed.

It is declared on the resource (``deletion: {on, approvedBy, ticket}``) and comes into effect with an ``up`` of its own:
a removal reads it from the state, so one step approves and the next removes.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from infra.providers.failures import FailedError
from infra.providers.fields import Fields, known
from infra.providers.properties import Unknown, Value, reveal

PROPERTIES: Final = ("on", "approvedBy", "ticket")


def check_deletion(fields: Fields) -> None:
    """Note what is wrong with a declared ``deletion``."""
    value = fields.nested("deletion")
    if value is None or isinstance(value, Unknown):
        return
    inner = Fields(value, what="a deletion")
    inner.only(PROPERTIES)
    for name in PROPERTIES:
        inner.text(name, required=True)
    day = known(inner.text("on"))
    if day is not None and _day(day) is None:
        inner.refuse("on", "must be a date such as 2026-12-31")
    for problem in inner.problems:
        fields.refuse(f"deletion.{problem.property}", problem.reason)


def require_deletion(what: str, inputs: Mapping[str, Value], today: date) -> None:
    """Raise FailedError unless the recorded inputs approve of the removal of ``what`` by today (UTC)."""
    approval = reveal(inputs.get("deletion"))
    day = _day(str(approval.get("on"))) if isinstance(approval, dict) else None
    if day is None:
        raise FailedError(
            f"{what} holds data, or opens it, and is not removed without approval: declare deletion "
            "{on, approvedBy, ticket} on it, run up, then remove it"
        )
    if day > today:
        raise FailedError(f"{what} may be removed on {day} and not before; today is {today} (UTC)")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
