"""A plan as canonical JSON: the same plan is the same text, byte for byte."""

from __future__ import annotations

import json
from dataclasses import fields, replace

from levee.plan.part import Part
from levee.plan.planned import Plan
from levee.render.plain import Plain, plain, without_secrets
from levee.targets import parts
from levee.targets.registry import MODELS

FORMAT_VERSION = 2


def render_json(plan: Plan) -> str:
    """The plan and its parts, with sorted keys, two-space indent and a final newline.

    `format` rises when a field changes meaning.
    """
    document: Plain = {"format": FORMAT_VERSION, "plan": _plan(plan), "parts": [_part(part) for part in parts(plan)]}
    return json.dumps(without_secrets(document), indent=2, sort_keys=True) + "\n"


def _plan(plan: Plan) -> Plain:
    """The plan with the block of its target under the target's name, as in its file."""
    values: dict[str, object] = {each.name: getattr(plan, each.name) for each in fields(plan)}
    block, _ = values.pop("block"), values.pop("origin")
    declared = {name: block if name is plan.target else None for name, model in MODELS.items() if model.fields}
    return plain(values | declared)


def _part(part: Part) -> Plain:
    """A part whose policies are documents. What another part gives stands in them as `<output of name>`."""
    policies = {limit.input: json.loads(str(part.inputs[limit.input])) for limit in part.limits}
    return plain(replace(part, inputs={**part.inputs, **policies}))
