"""The dated approval without which nothing that holds data is deleted: a removal lets go of it instead.

It is declared on the resource (``deletion: {on, approvedBy, ticket}``) and comes into effect with an ``up`` of its own:
a removal reads it from the state, so one step approves and the next deletes.
"""

from collections.abc import Mapping
from datetime import date

from levee_infra.providers.protocol.properties import Value, reveal


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


def day_problem(text: str) -> str | None:
    """Say what is wrong with the day of an approval."""
    return "must be a date such as 2026-12-31" if _day(text) is None else None
