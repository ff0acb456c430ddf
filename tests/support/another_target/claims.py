"""What its stacks hold for themselves alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from levee.model.claim import AccountClaim, Kind
from levee.model.origin import Origin
from levee.model.stack import StackSpec


def claims(stack: StackSpec, services: Mapping[str, Origin]) -> Iterator[AccountClaim]:
    """An identity for each service."""
    for name, origin in services.items():
        yield AccountClaim(Kind.ROLE, stack.block.role_name(stack.name, name), origin)
