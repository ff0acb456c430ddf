"""What a plan comes to on each target: its parts. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from levee.diagnostics import LeveeError
from levee.model.stack import Target
from levee.targets.registry import MODELS

if TYPE_CHECKING:
    from levee.model.claim import AccountClaim
    from levee.model.declared import Declared
    from levee.model.origin import Origin
    from levee.model.problem import Problem
    from levee.model.stack import StackSpec
    from levee.plan.observed import Said
    from levee.plan.part import Part
    from levee.plan.planned import Plan
    from levee.plan.registered import Registered
    from levee.targets.contract import DeclaredName, Guardrails, Keeps

TYPES: Final = {token: model.name for model in MODELS.values() for token in model.types}
"""Every type of part, with its target."""


def _of(target: Target, module: str, name: str, nothing: Any = lambda *_: ()) -> Any:
    """What a module of a target's package has under a name; `nothing` where it has no such module."""
    package = MODELS[target].package
    if package is None or find_spec(f"{package}.{module}") is None:
        return nothing
    return getattr(import_module(f"{package}.{module}"), name)


def parts(plan: Plan) -> tuple[Part, ...]:
    """Everything that the plan's target registers beside topics and credentials, each after what it refers to."""
    found: tuple[Part, ...] = _of(plan.target, "parts", "parts")(plan)
    return found


def read_back(resource: Registered, part: Part | None, plan: Plan) -> Iterator[Said]:
    """What a registered resource of one of `TYPES` says; `part`: what the plan has of it."""
    yield from _of(TYPES[resource.type], "readback", "read_back")(resource, part, plan)


def read_provider(resource: Registered, plan: Plan) -> Iterator[Said]:
    """What a registered levee provider says of the platforms that it makes parts on."""
    for model in MODELS.values():
        yield from _of(model.name, "readback", "read_provider")(resource, plan)


def growing_parts(plan: Plan) -> Iterator[Part]:
    """The parts whose texts grow with what is declared: all that can be too long."""
    yield from _of(plan.target, "parts", "growing")(plan)


def problems(declared: Declared, stack: StackSpec) -> Iterator[Problem]:
    """What the stack's target finds wrong with its files; and words in them that only another's stacks have."""
    others = (check for model in MODELS.values() if model.name is not stack.target for check in model.elsewhere)
    for check in (*_of(stack.target, "checks", "CHECKS", ()), *others):
        yield from check(declared, stack)


def claims_in_account(stack: StackSpec, services: Mapping[str, Origin]) -> Iterator[AccountClaim]:
    """What a stack holds for itself alone in its account. `services`: all that it names, with where each is named."""
    yield from _of(stack.target, "claims", "claims")(stack, services)


def kept_names(plan: Plan) -> Iterator[DeclaredName]:
    """What of a plan's parts stays when it is no longer declared."""
    yield from _of(plan.target, "kept", "names")(plan)


def keeps(type_: str) -> Keeps | None:
    """How a part of this type stays when it is no longer declared; None: it is deleted."""
    found: Keeps | None = _of(TYPES[type_], "kept", "KEPT").get(type_) if type_ in TYPES else None
    return found


def guardrails(plan: Plan, kind: str, closed: Collection[str], organization: str | None) -> Guardrails:
    """Policies for the organization's owners: of one `kind` or `all`, without exempting the global services `closed`.

    Raises LeveeError where the target has no organizations, and where it would refuse a policy.
    """
    if not MODELS[plan.target].organizations:
        others = " and ".join(model.name for model in MODELS.values() if model.organizations)
        message = f"stack {plan.stack} is of target {plan.target}: only {others} has organizations with such policies"
        raise LeveeError(message, f"name a stack of target {others}", exit_code=2)
    found: Guardrails = _of(plan.target, "iam.guardrails", "of_plan")(plan, kind, closed, organization)
    return found
