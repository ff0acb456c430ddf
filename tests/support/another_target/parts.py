"""What its stacks register."""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.part import Limit, Part
from levee.plan.planned import Plan
from tests.support.another_target import MODEL


def parts(plan: Plan) -> tuple[Part, ...]:
    """One for each carrier."""
    return tuple(growing(plan))


def growing(plan: Plan) -> Iterator[Part]:
    """All of them."""
    for carrier in plan.carriers:
        inputs = {"topic": carrier.topic, "policy": f'{{"of": "{carrier.name}"}}'}
        limits = (Limit("policy", 60, "shorten the name of the stream"),)
        origin = carrier.source.origin
        yield Part(
            type=MODEL.types[0], name=carrier.name, inputs=inputs, stream=carrier.stream, limits=limits, origin=origin
        )
