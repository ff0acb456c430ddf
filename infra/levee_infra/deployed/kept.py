"""What stays when it is no longer declared, and is let go of: told from what is deployed, before anything is changed.

The providers decide that by the recorded inputs (levee_infra.targets.aws.kinds.aws_kind), not by the files as they are
now; so it is told here from these inputs. Whether an archive is empty, or what a key encrypts,
only the account knows: `unless` is what may turn up there instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from levee.model.origin import Origin
from levee.plan import type_tokens
from levee.plan.planned import Plan
from levee_infra.providers.protocol.deletion import is_approved
from levee_infra.providers.protocol.identity import RECREATED
from levee_infra.providers.protocol.on_removal import LET_GO, ON_REMOVAL
from levee_policies.readback import topic
from levee_policies.readback.registered import Registered


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

    def __str__(self) -> str:
        return f"{self.type} {self.name}: {self.words}"

    @property
    def words(self) -> str:
        """What becomes of it, in words."""
        return f"let go of: {self.how}" + (f"; deleted {self.unless}" if self.unless else "")


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
        if resource.type in _LET_GO_BY_DECLARATION and (resource.type, resource.name) not in declared
    )


_LET_GO_BY_DECLARATION: Final = (
    topic.TYPE,
    type_tokens.AWS_ARCHIVE_BUCKET,
    type_tokens.AWS_DATA_STREAM,
    type_tokens.AWS_KEY,
)


def declared_names(plan: Plan) -> Iterator[tuple[str, str, str, Origin]]:
    """What of a plan can be let go of, as the targets register it: by type and name, what it is called where it lies,
    and where it is declared.
    """
    for planned in plan.topics:
        yield topic.TYPE, planned.stream, planned.name, planned.origin.at("topic")
    origins = {planned.stream: planned.origin for planned in plan.topics}
    for archive in plan.archives:
        origin = origins[archive.stream].at("archive")
        yield type_tokens.AWS_ARCHIVE_BUCKET, archive.stream, archive.archive.bucket, origin
    for carrier in plan.carriers:
        name, origin = f"{carrier.stream}.{carrier.source.service}", origins[carrier.stream].at("sources")
        yield topic.TYPE, f"{name}.checkpoints", carrier.checkpoints.name, origin
        yield type_tokens.AWS_DATA_STREAM, name, carrier.name, origin
    if plan.has_own_key:
        yield type_tokens.AWS_KEY, "stack-key", "stack-key", plan.origin


def _kept(resource: Registered, today: date) -> Kept | None:
    if resource.outputs.get(RECREATED):
        return made_anew(resource)
    inputs, approved = resource.properties, is_approved(resource.properties, today)
    how, unless = "", ""
    match resource.type:
        case topic.TYPE if inputs.get(ON_REMOVAL) == LET_GO:
            how = "it stays with its records"
        case type_tokens.AWS_ARCHIVE_BUCKET:
            days = inputs.get("retentionDays")
            until = f", locked until {today + timedelta(days=days)} at the latest" if isinstance(days, int) else ""
            how, unless = f"it is kept with its lock{until}", "if it is empty" if approved else ""
        case type_tokens.AWS_DATA_STREAM if not approved:
            how = "it stays with its records"
        case type_tokens.AWS_KEY:
            how, unless = "it stays usable", "if nothing that stays is encrypted by it" if approved else ""
    if not how:
        return None
    return Kept(type=resource.type, name=resource.name, id=_id(resource), how=how, unless=unless)


def _id(resource: Registered) -> str:
    named = resource.properties.get("alias" if resource.type == type_tokens.AWS_KEY else "name")
    return str(named or "")
