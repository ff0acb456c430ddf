"""Which declared topics a principal reaches."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Final

from levee.plan.observed import Principal
from levee_policies.facts import Facts

MANAGING: Final = frozenset({"create", "delete", "alter", "alterconfigs"})
"""Operations that reconfigure or remove topics, or the cluster."""


def reached(principal: Principal, operations: AbstractSet[str], facts: Facts) -> set[str]:
    """The declared topics on which the principal is allowed one of the operations, by exact name or by prefix."""
    return {
        topic.name
        for access in principal.access
        if access.allows and access.resource_type == "topic" and access.operation in {*operations, "all"}
        for topic in facts.covered(access.name, access.pattern)
    }
