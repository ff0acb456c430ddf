"""The dated approval without which nothing that holds data is deleted: a removal lets go of it instead.

It is declared on the resource (``deletion: {on, approvedBy, ticket}``) and comes into effect with an ``up`` of its own:
a removal reads it from the state, so one step approves and the next deletes.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

from levee_infra.providers.protocol.fields import Fields, known
from levee_infra.providers.protocol.properties import Unknown, Value, reveal

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


def is_approved(inputs: Mapping[str, Value], today: date) -> bool:
    """Whether the recorded inputs approve of the deletion on a day (UTC)."""
    approval = reveal(inputs.get("deletion"))
    day = _day(str(approval.get("on"))) if isinstance(approval, dict) else None
    return day is not None and day <= today


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
