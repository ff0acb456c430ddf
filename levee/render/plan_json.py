"""A plan as canonical JSON: the same plan is the same text, byte for byte."""

from __future__ import annotations

import json

from levee.plan.planned import Plan
from levee.render.plain import plain, without_secrets

FORMAT_VERSION = 1


def render_json(plan: Plan) -> str:
    """The plan with sorted keys, two-space indent and a final newline. `format` rises when a field changes meaning."""
    document = {"format": FORMAT_VERSION, "plan": without_secrets(plain(plan))}
    return json.dumps(document, indent=2, sort_keys=True) + "\n"
