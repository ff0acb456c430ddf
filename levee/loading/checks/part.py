"""What a declaration comes to on its target: judged once everything else fits: before that it is unknown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from levee.model.problem import Problem
from levee.model.stack import StackSpec
from levee.plan.build import build_plan
from levee.targets import growing_parts
from levee.targets.registry import MODELS

ANY_DAY = date.min  # no size depends on it


def too_long(stack: StackSpec) -> Iterator[Problem]:
    """No text is longer than the platform takes: a role's policy, say, which grows with the grants of its service."""
    if MODELS[stack.target].package is not None:
        from levee.plan.part import excesses  # few stacks need it, and every command waits for its imports

        for excess in excesses(growing_parts(build_plan(stack, ANY_DAY))):
            yield Problem("too-long", str(excess), excess.limit.advice, excess.part.origin)
