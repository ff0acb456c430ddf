"""What of a stack on aws stays when it is no longer declared, as its providers decide it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from levee.model.target_block import STACK_KEY
from levee.plan import type_tokens
from levee.plan.planned import Plan
from levee.targets.contract import DeclaredName, Keeps

KEPT: Final[Mapping[str, Keeps]] = {
    type_tokens.AWS_ARCHIVE_BUCKET: Keeps("it is kept with its lock", "if it is empty", locked_for="retentionDays"),
    type_tokens.AWS_DATA_STREAM: Keeps("it stays with its records"),
    type_tokens.AWS_KEY: Keeps("it stays usable", "if nothing that stays is encrypted by it"),
}


def names(plan: Plan) -> Iterator[DeclaredName]:
    """What of a plan that is."""
    for archive in plan.archives:
        yield type_tokens.AWS_ARCHIVE_BUCKET, archive.stream, archive.archive.bucket, archive.archive.origin
    for carrier in plan.carriers:
        name = f"{carrier.stream}.{carrier.source.service}"
        yield type_tokens.AWS_DATA_STREAM, name, carrier.name, carrier.source.origin
    if plan.has_own_key:
        yield type_tokens.AWS_KEY, STACK_KEY, STACK_KEY, plan.origin
