"""What a plan comes to on each target: its parts. Pure."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from levee.model.stack import Target
from levee.plan import type_tokens

if TYPE_CHECKING:
    from levee.plan.part import Part
    from levee.plan.planned import Plan

TYPES: Final = type_tokens.OF_AWS
"""Every type of part, of whichever target."""

_PARTS: Final = {Target.AWS: "levee.targets.aws.parts"}
"""The modules that decide, imported when first asked: every command waits for its imports."""


def has_parts(target: Target) -> bool:
    """Whether a target registers anything beside topics and credentials."""
    return target in _PARTS


def parts(plan: Plan) -> tuple[Part, ...]:
    """Everything that the plan's target registers beside topics and credentials, each after what it refers to."""
    if not has_parts(plan.target):
        return ()
    found: tuple[Part, ...] = import_module(_PARTS[plan.target]).parts(plan)
    return found
