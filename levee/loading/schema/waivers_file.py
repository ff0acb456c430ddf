"""`stacks/waivers.yaml`: dated exceptions from rules."""

from __future__ import annotations

from typing import Final

from levee.fields.rules import Fields, Rules, field, like, mapping, text
from levee.fields.values import DATE, REASON

# Whether there is such a rule, the rules' registry knows.
_RULE: Final[Rules] = like(r"[A-Z]{2,8}-[A-Z]{3}-[0-9]{3}", "is not a rule's id; write for example RLS-DUR-002")
_SUBJECT: Final[Rules] = like(
    r"[a-z0-9-]+/[^\s/][^\s]*",
    "names no subject of a stack; write <stack>/<kind>/<name>, the stack in full: local/stream/payments-*",
    most=300,
)

_WAIVER: Final[Fields] = {
    "rule": field(_RULE, "RLS-DUR-002", required=True),
    "subject": field(_SUBJECT, "local/stream/payments-*", required=True),
    "reason": field(REASON, "the third broker arrives on the first of June", required=True),
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
