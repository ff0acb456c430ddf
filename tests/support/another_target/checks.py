"""What must hold of the files of its stacks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from levee.model.declared import Declared
from levee.model.problem import Problem, StackCheck
from levee.model.stack import StackSpec
from tests.support.another_target import AnotherBlock


def one_credential(_: Declared, stack: StackSpec) -> Iterator[Problem]:
    """The key of the API is in one place."""
    block = stack.block
    assert isinstance(block, AnotherBlock)
    if (block.api_key_file is None) == (block.api_key_env is None):
        yield Problem("api-key", "is in no place or in two", "write one", block.origin.at("credential"))


CHECKS: Final[tuple[StackCheck, ...]] = (one_credential,)
