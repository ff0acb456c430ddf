"""A stream's filter: that it is one, and that something runs it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from levee.diagnostics import Level
from levee.model.declared import Declared
from levee.model.problem import Check, Problem
from levee.targets.contract import Capability
from levee.targets.registry import MODELS


def language(declared: Declared) -> Iterator[Problem]:
    """It is DPXL, whose fields and types fit."""
    for stream in declared.streams:
        if stream.filter is not None:
            from levee.filter.review import review  # its parser is for stacks with filters to wait for

            for remark in review(stream.filter).remarks:
                if remark.level is Level.ERROR:
                    yield Problem("filter", remark.message, remark.help, stream.origin.at("filter"), offset=remark.at)


def of_its_target(declared: Declared) -> Iterator[Problem]:
    """Where nothing would run it, a filter is refused: every record would pass, and no file would show it."""
    if declared.stack is None:
        return
    support = MODELS[declared.stack.target].support(Capability.FILTER)
    for stream in declared.streams:
        if stream.filter is not None and support.instead:
            yield Problem("not-yet", f"the filter {support.reason}", support.instead, stream.origin.at("filter"))


CHECKS: Final[tuple[Check, ...]] = (language, of_its_target)
