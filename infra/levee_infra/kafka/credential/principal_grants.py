"""``levee:kafka:PrincipalGrants``: the ACLs of a principal that was made elsewhere."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from levee.fields.values import principal_name_problem
from levee_infra import difference
from levee_infra.kafka.credential.credential_cluster import CredentialCluster
from levee_infra.kafka.credential.declared_credential import acls_with_defaults, read_grants, service_problem
from levee_infra.kafka.credential.grant import ACLS, Grant, read_grant
from levee_infra.kafka.credential.live_credential import LiveCredential
from levee_infra.kafka.credential.service_credential import SETTLING_SECONDS, acl_differences, without_acls
from levee_infra.providers.protocol.declared import TEXTS, Field, needed, read_all
from levee_infra.providers.protocol.differences import Change, Difference, differences
from levee_infra.providers.protocol.failures import FailedError, PartlyDoneError, Problem, RefusedError, refused
from levee_infra.providers.protocol.fields import Fields, known
from levee_infra.providers.protocol.kind import Declaration, Recorded, ResourceKind
from levee_infra.providers.protocol.ownership import (
    ADOPTED,
    Mark,
    Marks,
    MarksUnavailableError,
    Standing,
    Thing,
    ThingKind,
    belongs_to_another,
    standing,
)
from levee_infra.providers.protocol.properties import Properties, Value, is_known, reveal

WHAT: Final = "PrincipalGrants"
USER: Final = "User:"


@dataclass(frozen=True, slots=True, order=True)
class PrincipalName:
    """A principal of the type `User`."""

    username: str

    @property
    def principal(self) -> str:
        """The principal as ACLs write it."""
        return f"{USER}{self.username}"

    def __str__(self) -> str:
        return self.principal


@dataclass(frozen=True, slots=True)
class _Declared:
    """What a principal may do, and for which service."""

    service: str
    name: PrincipalName
    grants: frozenset[Grant]


@dataclass(frozen=True, slots=True)
class _Seen:
    """A principal's ACLs on the cluster, and whose they are by its mark."""

    live: LiveCredential
    ownership: Standing


def _principal_problem(principal: str) -> str | None:
    if not principal.startswith(USER):
        return f"must be written with its type: {USER}{principal}"
    problem = principal_name_problem(principal.removeprefix(USER))
    return f"{principal} {problem}" if problem else None


class PrincipalGrants(ResourceKind):
    """All ACLs of one principal that was made elsewhere: a certificate's name, a token's subject, a role.

    The id is the service's name. There is no password, so there is nothing to rotate or keep. ACLs that were there
    before are adopted if all of them are declared; a deletion leaves those (the output ``adopted``) as they are.
    """

    token = "levee:kafka:PrincipalGrants"  # noqa: S105 - a type token
    takes = (
        needed("service", "The service that it is.", check=service_problem),
        needed(
            "principal",
            "The principal with its type, such as User:CN=collector. It never changes.",
            check=_principal_problem,
        ),
        needed("acls", "All that it may do, and nothing else.", ACLS),
    )
    gives = (
        Field(ADOPTED, "ACLs that were there before; a deletion leaves them.", ACLS),
        Field("drift", "What differs on the cluster, a sentence each.", TEXTS),
    )

    def __init__(self, cluster: CredentialCluster, marks: Marks) -> None:
        self._cluster, self._marks = cluster, marks
        self._declarers: dict[str, str] = {}

    async def check(self, declaration: Declaration) -> Properties:
        """Refuse what can't be declared, or can't follow what was declared before."""
        given: Properties = {name: value for name, value in declaration.new.items() if value is not None}
        inputs = acls_with_defaults(given)
        declared = _read(inputs)
        if declared is not None:
            name = declaration.naming.resource_name
            first = self._declarers.setdefault(declared.name.principal, name)
            if first != name:
                raise refused("principal", f"{declared.name} is declared twice, by {first} and {name}; join their acls")
            _refuse_transition(declaration.old, declared)
        return inputs

    async def diff(self, recorded: Recorded, new: Properties) -> Mapping[str, Difference]:
        """Compare ACLs as sets, the rest by value, and count every drift as a difference."""
        found = differences(without_acls(recorded.inputs), without_acls(recorded.outputs), without_acls(new))
        found |= acl_differences(recorded.inputs.get("acls"), new.get("acls"))
        if recorded.outputs.get("drift"):
            found["drift"] = Difference(Change.DELETE, declared=False)
        return found

    async def preview_create(self, new: Properties) -> Properties:
        """Refuse what ``create`` would refuse."""
        seen = await self._acceptable(_known(new))
        return _outputs(new, _adopted(seen))

    async def create(self, new: Properties) -> Recorded:
        """Mark the principal as this stack's, then give it its ACLs."""
        declared = _known(new)
        seen = await self._acceptable(declared)
        adopted = _adopted(seen)
        await self._establish(new, declared, seen, adopted)
        return Recorded(declared.service, new, _outputs(new, adopted))

    async def read(self, recorded: Recorded) -> Recorded | None:
        """Compare the cluster with what was declared last."""
        if not recorded.inputs:
            raise FailedError(f"{recorded.id} can't be imported; declare it: ACLs that are exactly so are adopted")
        declared = _known(recorded.inputs)
        seen = await self._look(declared.name, to_change=False)
        for seconds in SETTLING_SECONDS:
            if not any(self._drift(declared, seen)):
                break
            await asyncio.sleep(seconds)
            seen = await self._look(declared.name, to_change=False, anew=True)
        if not seen.live.grants and not seen.live.denials and seen.ownership.own is None:
            return None
        outputs = {name: value for name, value in recorded.outputs.items() if name != "drift"}
        if drift := list(self._drift(declared, seen)):
            outputs["drift"] = list[Value](drift)
        return Recorded(recorded.id, recorded.inputs, outputs)

    async def preview_update(self, recorded: Recorded, new: Properties) -> Properties:
        """Refuse what ``update`` would refuse."""
        await self._updatable(_known(new))
        return _outputs(new, _recorded_adopted(recorded))

    async def update(self, recorded: Recorded, new: Properties) -> Properties:
        """Give what is declared now, and only then take away what no longer is."""
        declared = _known(new)
        seen = await self._updatable(declared)
        await self._establish(new, declared, seen, _recorded_adopted(recorded))
        return _outputs(new, _recorded_adopted(recorded))

    async def delete(self, recorded: Recorded) -> None:
        """Take away what was given here; what was adopted stays, and what another stack has marked."""
        declared = _known(recorded.inputs)
        seen = await self._look(declared.name, to_change=True)
        if seen.ownership.others:
            if seen.ownership.own is not None or self._marks.owner is None:
                raise FailedError(belongs_to_another(self._marks, _thing(declared.name), seen.ownership))
            return
        await self._cluster.withdraw(declared.name, seen.live.grants - _recorded_adopted(recorded))
        if seen.ownership.own is not None:
            with suppress(MarksUnavailableError):
                await self._marks.release(_thing(declared.name))

    async def _look(self, name: PrincipalName, *, to_change: bool, anew: bool = False) -> _Seen:
        live, found = await asyncio.gather(
            self._cluster.look(name, to_change=to_change, anew=anew), standing(self._marks, _thing(name))
        )
        if live.grants and self._marks.owner is not None and found.own is None and not found.unavailable:
            found = await standing(self._marks, _thing(name), expected=Mark(self._marks.owner))
        return _Seen(live, found)

    async def _acceptable(self, declared: _Declared) -> _Seen:
        """Look at a principal that isn't in the state. Raises RefusedError where what it has isn't this stack's."""
        seen = await self._look(declared.name, to_change=True)
        problems = list(self._problems(declared, seen))
        if not problems and (extra := seen.live.grants - declared.grants):
            words = "; ".join(map(str, sorted(extra)))
            reason = f"{declared.name} already has ACLs that levee didn't make: {words}. Declare them, or remove them"
            problems.append(Problem("acls", f"{reason} (kafka-acls --remove)"))
        _refuse(problems)
        return seen

    async def _updatable(self, declared: _Declared) -> _Seen:
        seen = await self._look(declared.name, to_change=True)
        _refuse(list(self._problems(declared, seen)))
        return seen

    def _problems(self, declared: _Declared, seen: _Seen) -> Iterator[Problem]:
        if seen.ownership.others:
            yield Problem("principal", belongs_to_another(self._marks, _thing(declared.name), seen.ownership))
        if seen.live.denials:
            denials = "; ".join(map(str, sorted(seen.live.denials)))
            yield Problem(
                "acls",
                f"{declared.name} is denied {denials}. levee made no such ACL and doesn't lift a denial that "
                "somebody may have meant; remove it (kafka-acls --remove), or remove the service",
            )

    async def _establish(self, new: Properties, declared: _Declared, seen: _Seen, adopted: frozenset[Grant]) -> None:
        name = declared.name
        try:
            if self._marks.owner is not None and seen.ownership.own is None:
                with suppress(MarksUnavailableError):
                    await self._marks.claim(_thing(name))
            await self._cluster.allow(name, declared.grants - seen.live.grants)
            await self._cluster.withdraw(name, seen.live.grants - declared.grants)
        except (RefusedError, FailedError) as failure:
            reason = f"not finished: {failure}"
            outputs: Properties = {**_outputs(new, adopted), "drift": [reason]}
            raise PartlyDoneError(declared.service, outputs, [reason]) from None

    def _drift(self, declared: _Declared, seen: _Seen) -> Iterator[str]:
        user, thing, owner = declared.name.username, str(_thing(declared.name)), self._marks.owner
        if seen.ownership.others:
            yield difference.marked_by(thing, {mark.owner for mark in seen.ownership.others})
        elif owner is not None and seen.ownership.own is None and not seen.ownership.unavailable:
            yield difference.unmarked(thing, owner)
        yield from (difference.lost(user, grant) for grant in sorted(declared.grants - seen.live.grants))
        yield from (difference.undeclared(user, grant) for grant in sorted(seen.live.grants - declared.grants))
        yield from (difference.denied(user, grant) for grant in sorted(seen.live.denials))


def _thing(name: PrincipalName) -> Thing:
    return Thing(ThingKind.USER, name.username)


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise RefusedError(*problems)


def _read(properties: Mapping[str, Value]) -> _Declared | None:
    """The inputs; None where a value isn't known yet. Raises RefusedError with every problem."""
    fields = Fields(properties, what=WHAT)
    given = read_all(fields, PrincipalGrants.takes)
    grants = read_grants(fields, properties.get("acls"))
    fields.raise_problems()
    if not is_known(dict(properties)):
        return None
    return _Declared(given["service"], PrincipalName(given["principal"].removeprefix(USER)), grants)


def _known(inputs: Properties) -> _Declared:
    declared = _read(inputs)
    if declared is None:
        raise FailedError("some inputs are still unknown; they must be known before an ACL is touched")
    return declared


def _refuse_transition(old: Mapping[str, Value], new: _Declared) -> None:
    before = Fields(old, what=WHAT)
    for name, now in (("service", new.service), ("principal", new.name.principal)):
        was = known(before.text(name))
        if was is not None and was != now:
            hint = f"declare a service for {now} beside it, move its clients, then remove the old one"
            raise refused(name, f"can't change from {was} to {now}; {hint}")


def _adopted(seen: _Seen) -> frozenset[Grant]:
    """What was there before anybody declared it here: without a mark of this stack's it is nobody's work here."""
    return frozenset() if seen.ownership.own is not None else seen.live.grants


def _recorded_adopted(recorded: Recorded) -> frozenset[Grant]:
    entries = reveal(recorded.outputs.get(ADOPTED))
    read = (read_grant(entry, ADOPTED)[0] for entry in (entries if isinstance(entries, list) else ()))
    return frozenset(grant for grant in read if grant is not None)


def _outputs(inputs: Properties, adopted: frozenset[Grant]) -> Properties:
    return {**inputs, **({ADOPTED: [grant.to_properties() for grant in sorted(adopted)]} if adopted else {})}
