"""`stacks/waivers.yaml`: dated exceptions from rules."""

from __future__ import annotations

import re
from typing import Final

from levee.fields.rules import Fields, field, free_of, mapping, text
from levee.fields.values import DATE, reason_problem

_RULE: Final = re.compile(r"[A-Z]{2,8}-[A-Z]{3}-[0-9]{3}")
_SUBJECT: Final = re.compile(r"[a-z0-9-]+/[^\s/][^\s]*")


def rule_problem(value: str) -> str | None:
    """Why this is not a rule's id, or None. Whether there is such a rule, the rules' registry knows."""
    return None if _RULE.fullmatch(value) else "is not a rule's id; write for example RLS-DUR-002"


def subject_problem(value: str) -> str | None:
    """Why this can't be a subject of one stack, or None."""
    if _SUBJECT.fullmatch(value):
        return None
    return "names no subject of a stack; write <stack>/<kind>/<name>, the stack in full: local/stream/payments-*"


_WAIVER: Final[Fields] = {
    "rule": field(text(free_of(rule_problem)), "RLS-DUR-002", required=True),
    "subject": field(text(free_of(subject_problem), most=300), "local/stream/payments-*", required=True),
    "reason": field(
        text(free_of(reason_problem), most=1000), "the third broker arrives on the first of June", required=True
    ),
    "owner": field(text(), "payments-team", required=True),
    "ticket": field(text(), "GOV-1234", required=True),
    "approved_by": field(text(), "data-protection-officer", required=True),
    "expires": field(DATE, "2026-12-31", required=True),
    "change_by": field(DATE, "2026-12-05"),
}

WAIVERS: Final[Fields] = {
    "waivers": field(
        {"type": "list", "schema": mapping(_WAIVER)}, "[{rule: RLS-DUR-002, subject: …, …}]", required=True
    ),
}
