"""Kinds of resources that plans have parts of: what a target decides, as it is registered."""

from __future__ import annotations

from levee.plan.part import RegisteredPart
from levee.targets import TYPES
from levee_policies.readback.registered import Registered

__all__ = ["TYPES", "part"]


def part(resource: Registered) -> RegisteredPart:
    """The resource with all that is said of it."""
    return RegisteredPart(
        type=resource.type,
        name=resource.name,
        properties={**resource.properties, **resource.outputs},
        protected=resource.protected,
        urn=resource.urn,
    )
