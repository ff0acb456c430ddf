"""What a plan comes to on each target: its parts. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from levee.model.problem import Check
from levee.model.stack import Target
from levee.plan import type_tokens
from levee.targets.aws.elsewhere import only_on_aws

if TYPE_CHECKING:
    from levee.model.origin import Origin
    from levee.model.stack import StackSpec
    from levee.plan.part import Part
    from levee.plan.planned import Plan
    from levee.targets.aws.claims import AccountClaim

TYPES: Final = tuple(token for name, token in vars(type_tokens).items() if name.startswith("AWS_"))
"""Every type of part, of whichever target."""

_ELSEWHERE: Final[Mapping[Target, Check]] = {Target.AWS: only_on_aws}
_FOLDERS: Final = {Target.AWS: "levee.targets.aws"}
"""Targets with checks, claims and parts of their own: modules that every command would wait for, so they are imported
when first asked.
"""


def _module(target: Target, name: str) -> Any:
    return import_module(f"{_FOLDERS[target]}.{name}")


def has_parts(target: Target) -> bool:
    """Whether a target registers anything beside topics and credentials."""
    return target in _FOLDERS


def parts(plan: Plan) -> tuple[Part, ...]:
    """Everything that the plan's target registers beside topics and credentials, each after what it refers to."""
    if not has_parts(plan.target):
        return ()
    found: tuple[Part, ...] = _module(plan.target, "parts").parts(plan)
    return found


def growing_parts(plan: Plan) -> Iterator[Part]:
    """The parts whose texts grow with what is declared: all that can be too long."""
    if has_parts(plan.target):
        yield from _module(plan.target, "parts").growing(plan)


def checks_of(target: Target) -> tuple[Check, ...]:
    """What must hold of the files of a stack of this target; of another's words that none is there."""
    own: tuple[Check, ...] = _module(target, "checks").CHECKS if target in _FOLDERS else ()
    return (*own, *(check for name, check in _ELSEWHERE.items() if name is not target))


def claims_in_account(stack: StackSpec, services: Mapping[str, Origin]) -> Iterable[AccountClaim]:
    """What a stack holds for itself alone in its account. `services`: all that it names, with where each is named."""
    if stack.target not in _FOLDERS:
        return ()
    found: Iterable[AccountClaim] = _module(stack.target, "claims").claims(stack, services)
    return found
