"""What only stacks on aws declare, found in one of another target."""

from __future__ import annotations

from collections.abc import Iterator

from levee.model.declared import Declared
from levee.model.origin import Origin
from levee.model.problem import Problem
from levee.model.stack import StackSpec
from levee.model.target_block import STACK_KEY


def only_on_aws(declared: Declared, stack: StackSpec) -> Iterator[Problem]:
    """What only Amazon Web Services can make is declared by stacks on aws only."""
    for origin, what in _aws_only(declared, stack):
        yield Problem(
            "only-on-aws", f"{what} is for stacks with `target: aws`", "remove it, or change the target", origin
        )


def _aws_only(declared: Declared, stack: StackSpec) -> Iterator[tuple[Origin, str]]:
    for service in stack.services.values():
        if service.assumed_by is not None:
            yield service.origin.at("assumed_by"), "`assumed_by`"
    if stack.secrets.key == STACK_KEY:
        yield stack.origin.at("secrets", "encrypted_by"), f"`{STACK_KEY}`"
    for stream in declared.streams:
        if stream.archive is not None and stream.archive.key == STACK_KEY:
            yield stream.archive.origin.at("encrypted_by"), f"`{STACK_KEY}`"
