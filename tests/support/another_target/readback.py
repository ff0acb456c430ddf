"""What its registered resources say that rules on files judge."""

from __future__ import annotations

from collections.abc import Iterator

from levee.plan.observed import Said
from levee.plan.part import Part
from levee.plan.places import Holder, PlaceKind
from levee.plan.planned import Plan
from levee.plan.registered import Registered


def read_back(resource: Registered, part: Part | None, plan: Plan) -> Iterator[Said]:
    """Where its streams come from."""
    yield from Holder(resource.name, PlaceKind.SOURCE, plan.origin).name("topic", resource.text("topic"))


def read_provider(resource: Registered, plan: Plan) -> Iterator[Said]:
    """Nothing."""
    yield from ()
