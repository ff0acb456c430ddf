"""What stays when it is no longer declared: determined from what is deployed, before anything is changed.

The providers decide that by the recorded inputs, not by the files as they are now; so it is told here from these
inputs. What only the platform knows may turn up instead: that is `unless`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from levee.plan.planned import Plan
from levee.plan.registered import Registered
from levee.targets import keeps, kept_names
from levee.targets.contract import DeclaredName, Keeps
from levee_infra.providers.protocol.deletion import is_approved
from levee_infra.providers.protocol.identity import RECREATED
from levee_infra.providers.protocol.on_removal import LET_GO, ON_REMOVAL
from levee_policies.readback import topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A deployed resource that stays when it is no longer declared. `id` is what its service calls it.

    `how` says what becomes of it; `unless`, when it is deleted after all (empty: never).
    """

    type: str
    name: str
    id: str
    how: str
    unless: str = ""


def kept_on_removal(resources: Iterable[Registered], today: date) -> Mapping[str, Kept]:
    """What of these deployed resources would be let go of on a day (UTC), by URN."""
    return {resource.urn: kept for resource in resources if (kept := _kept(resource, today)) is not None}


def made_anew(resource: Registered) -> Kept:
    """What becomes of a resource in whose place is another thing of its name by now."""
    how = "it stays as it is: it isn't the one that levee made, which somebody deleted"
    return Kept(type=resource.type, name=resource.name, id=_id(resource), how=how)


def no_longer_declared(resources: Iterable[Registered], plan: Plan | None) -> Iterator[Registered]:
    """Those of the resources that can be let go of and that a plan doesn't hold; all where there is no plan."""
    declared = frozenset((type_, name) for type_, name, *_ in declared_names(plan)) if plan is not None else frozenset()
    return (
        resource
        for resource in resources
        if (resource.type == topic.TYPE or keeps(resource.type)) and (resource.type, resource.name) not in declared
    )


def declared_names(plan: Plan) -> Iterator[DeclaredName]:
    """What of a plan can be let go of, as the targets register it."""
    for planned in plan.topics:
        yield topic.TYPE, planned.stream, planned.name, planned.origin.at("topic")
    for carrier in plan.carriers:
        name = f"{carrier.stream}.{carrier.source.service}.checkpoints"
        yield topic.TYPE, name, carrier.checkpoints.name, carrier.source.origin
    yield from kept_names(plan)


def _kept(resource: Registered, today: date) -> Kept | None:
    if resource.outputs.get(RECREATED):
        return made_anew(resource)
    inputs, found = resource.properties, keeps(resource.type)
    if resource.type == topic.TYPE and inputs.get(ON_REMOVAL) == LET_GO:
        found = Keeps("it stays with its records")
    approved = resource.type != topic.TYPE and is_approved(inputs, today)
    if found is None or (approved and not found.if_approved):
        return None
    days = inputs.get(found.locked_for)
    until = f", locked until {today + timedelta(days=days)} at the latest" if isinstance(days, int) else ""
    unless = found.if_approved if approved else ""
    return Kept(type=resource.type, name=resource.name, id=_id(resource), how=f"{found.how}{until}", unless=unless)


def _id(resource: Registered) -> str:
    return str(resource.properties.get("name") or resource.properties.get("alias") or "")
