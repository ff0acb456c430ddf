"""``levee:kafka:ServiceCredential``: the users of one service, their passwords and all their ACLs."""

import asyncio
from collections.abc import Awaitable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, TypeVar

from levee.clock import Clock
from levee_infra.difference import not_revoked
from levee_infra.kafka.credential.credential_cluster import CredentialCluster
from levee_infra.kafka.credential.credential_name import CredentialName
from levee_infra.kafka.credential.credential_refusals import denied, strange, unannounced
from levee_infra.kafka.credential.credential_steps import CredentialSteps
from levee_infra.kafka.credential.declared_credential import (
    GIVES,
    TAKES,
    DeclaredCredential,
    read_credential,
    read_location,
    refuse_transition,
    with_defaults,
)
from levee_infra.kafka.credential.live_credential import Observed
from levee_infra.kafka.secret_store.batched_store import BatchedStore
from levee_infra.kafka.secret_store.client_settings import ClientConnection
from levee_infra.kafka.secret_store.contract import StoreLocation, Stores
from levee_infra.providers.protocol.differences import Change, Difference, differences
from levee_infra.providers.protocol.failures import FailedError, PartlyDoneError, Problem, RefusedError, refused
from levee_infra.providers.protocol.kind import Declaration, Recorded, ResourceKind
from levee_infra.providers.protocol.ownership import Marks
from levee_infra.providers.protocol.properties import UNKNOWN, Properties, Value, reveal

SETTLING_SECONDS: Final = (0.2, 0.8)
"""How long to wait before each further look at what seems to have drifted: a broker may answer from metadata
that is a moment behind the controller's.
"""

Result = TypeVar("Result")


class ServiceCredential(ResourceKind):
    """The SCRAM-SHA-512 users of one service, one for each valid generation, with all their ACLs. The id is the
    service's name. Passwords are made by the provider, kept in the secret store, and are in no property.

    What differs on the cluster or in the store is reported by the output ``drift``, sentence by sentence, and
    restored by the next update.
    """

    token = "levee:kafka:ServiceCredential"  # noqa: S105 - a type token
    takes, gives = TAKES, GIVES

    def __init__(
        self, cluster: CredentialCluster, connection: ClientConnection, marks: Marks, clock: Clock, stores: Stores
    ) -> None:
        self._cluster = cluster
        self._marks = marks
        self._connection = connection
        self._clock = clock
        self._kinds_of_store = stores
        self._stores: dict[StoreLocation, BatchedStore] = {}
        self._declarers: dict[str, str] = {}

    async def check(self, declaration: Declaration) -> Properties:
        """Refuse what can't be declared, or can't follow what was declared before."""
        inputs = with_defaults(declaration.new)
        declared = read_credential(inputs, self._kinds_of_store)
        if declared is not None:
            self._refuse_second(declared.service, declaration.naming.resource_name)
            refuse_transition(declaration.old, declared)
            await declared.store.probe()
        return inputs

    def _refuse_second(self, service: str, resource_name: str) -> None:
        """Refuse two resources for one service: each would take away what the other grants."""
        first = self._declarers.setdefault(service, resource_name)
        if first != resource_name:
            raise refused("service", f"{service} is declared twice, by {first} and {resource_name}; join their acls")

    async def diff(self, recorded: Recorded, new: Properties) -> Mapping[str, Difference]:
        """Compare ACLs as sets, the rest by value, and count every drift as a difference."""
        found = differences(without_acls(recorded.inputs), without_acls(recorded.outputs), without_acls(new))
        found |= acl_differences(recorded.inputs.get("acls"), new.get("acls"))
        if recorded.outputs.get("drift"):
            found["drift"] = Difference(Change.DELETE, declared=False)
        return found

    async def preview_create(self, new: Properties) -> Properties:
        """Refuse what ``create`` would refuse."""
        declared = self._known(new)
        await self._observe_new(declared, self._steps(declared))
        return _outputs(new, declared, declared.store.reference(declared.names[-1]))

    async def create(self, new: Properties) -> Recorded:
        """Make the users of all valid generations, adopting what an interrupted run has left."""
        declared = self._known(new)
        steps = self._steps(declared)
        seen = await self._observe_new(declared, steps)
        try:
            kept = await _all(steps.establish(one, declared, renew=True) for one in seen)
        except (RefusedError, FailedError) as failure:
            raise _partly_done(new, declared, declared.names, failure, steps) from None
        return Recorded(declared.service, new, _outputs(new, declared, kept[-1].reference, steps))

    async def read(self, recorded: Recorded) -> Recorded | None:
        """Compare the cluster and the store with what was declared last."""
        if not recorded.inputs:
            raise FailedError(
                f"service credential {recorded.id} can't be imported: no broker tells a password. Declare the "
                "service instead, with a generation that it doesn't have yet and previous revoked; levee makes a "
                "new user beside the old one, which you delete when its clients have moved"
            )
        declared = self._known(recorded.inputs)
        names = sorted({*declared.names, *_recorded_names(recorded)})
        steps = self._steps(declared, recorded)
        seen = await _all(steps.observe(name, to_change=False) for name in names)
        for seconds in SETTLING_SECONDS:
            if not any(self._drift(seen, declared)):
                break
            await asyncio.sleep(seconds)
            seen = await _all(steps.observe(name, to_change=False, anew=True) for name in names)
        if all(one.is_absent for one in seen):
            return None
        outputs = {name: value for name, value in recorded.outputs.items() if name not in {"drift", "madeOn"}}
        outputs |= _days_output({one.name.username: one.kept.made for one in seen if one.kept} | steps.made, declared)
        if drift := list(self._drift(seen, declared)):
            outputs["drift"] = list[Value](drift)
        return Recorded(recorded.id, recorded.inputs, outputs)

    async def preview_update(self, recorded: Recorded, new: Properties) -> Properties:
        """Refuse what ``update`` would refuse."""
        declared = self._known(new)
        steps = self._steps(declared, recorded)
        await self._observe_recorded(recorded, declared, steps)
        return _outputs(new, declared, declared.store.reference(declared.names[-1]), steps)

    async def update(self, recorded: Recorded, new: Properties) -> Properties:
        """Establish what is declared now, and only then revoke what no longer is."""
        declared = self._known(new)
        steps = self._steps(declared, recorded)
        seen, gone = await self._observe_recorded(recorded, declared, steps)
        before = _recorded_names(recorded)
        try:
            kept = await _all(steps.establish(one, declared, renew=one.name not in before) for one in seen)
            await _all(steps.revoke(one) for one in gone)
            await _all(steps.leave_former_store(one.name) for one in seen)
        except (RefusedError, FailedError) as failure:
            names = sorted({*before, *declared.names})
            raise _partly_done(new, declared, names, failure, steps) from None
        return _outputs(new, declared, kept[-1].reference, steps)

    async def delete(self, recorded: Recorded) -> None:
        """Revoke every generation, also one that an interrupted rotation has left."""
        names = _recorded_names(recorded)
        location = read_location(recorded.inputs, self._kinds_of_store)
        if location is None or not names:
            raise FailedError(f"the state of {recorded.id} doesn't say what there is to delete; restore it")
        steps = CredentialSteps(self._cluster, self._marks, self._store(location), self._clock.today())
        newest = max(names)
        following = CredentialName(newest.service, newest.generation + 1)
        seen = await _all(steps.observe(name, to_change=True) for name in (*names, following))
        begun = (one for one in seen if one.name != following or one.kept is not None or one.ownership.is_own)
        await _all(steps.revoke(one) for one in begun)

    async def _observe_new(self, declared: DeclaredCredential, steps: CredentialSteps) -> Sequence[Observed]:
        seen = await _all(steps.observe(name, to_change=True) for name in declared.names)
        _refuse([problem for one in seen for problem in self._strange(one, declared, steps)])
        return seen

    def _strange(self, one: Observed, declared: DeclaredCredential, steps: CredentialSteps) -> Iterator[Problem]:
        yield from _owned(one, steps)
        if not one.ownership.others:
            yield from strange(one, declared, self._marks.owner)

    async def _observe_recorded(
        self, recorded: Recorded, declared: DeclaredCredential, steps: CredentialSteps
    ) -> tuple[Sequence[Observed], Sequence[Observed]]:
        """Look at what shall be and at what shall be revoked."""
        before = _recorded_names(recorded)
        seen = await _all(steps.observe(name, to_change=True) for name in declared.names)
        gone = await _all(steps.observe(name, to_change=True) for name in sorted(before - set(declared.names)))
        announced = reveal(recorded.outputs.get("drift"))
        announcements = announced if isinstance(announced, list) else []
        problems: list[Problem] = []
        for one in seen:
            if one.name not in before:
                problems.extend(self._strange(one, declared, steps))
            else:
                problems.extend(_owned(one, steps))
                problems.extend(denied(one))
                problems.extend(unannounced(one, announcements))
        _refuse(problems)
        return seen, gone

    def _drift(self, seen: Iterable[Observed], declared: DeclaredCredential) -> Iterator[str]:
        for one in seen:
            if one.name in declared.names:
                yield from one.drift(declared.grants, declared.iterations, self._marks.owner)
            elif not one.is_absent and not one.ownership.others:
                yield not_revoked(one.name.username)

    def _steps(self, declared: DeclaredCredential, recorded: Recorded | None = None) -> CredentialSteps:
        former = read_location(recorded.inputs, self._kinds_of_store) if recorded else None
        is_moved = former is not None and former != declared.store
        return CredentialSteps(
            self._cluster,
            self._marks,
            self._store(declared.store),
            self._clock.today(),
            self._store(former) if former is not None and is_moved else None,
            _recorded_versions(recorded) if recorded else {},
            _recorded_days(recorded) if recorded else {},
        )

    def _known(self, inputs: Properties) -> DeclaredCredential:
        declared = read_credential(inputs, self._kinds_of_store)
        if declared is None:
            raise FailedError("some inputs are still unknown; they must be known before a credential is touched")
        return declared

    async def close(self) -> None:
        """Close the stores; one that is used again is opened again."""
        stores, self._stores = self._stores, {}
        await asyncio.gather(*(store.close() for store in stores.values()))

    def _store(self, location: StoreLocation) -> BatchedStore:
        if location not in self._stores:
            self._stores[location] = BatchedStore(location.open(self._connection))
        return self._stores[location]


def _owned(one: Observed, steps: CredentialSteps) -> Iterator[Problem]:
    if one.ownership.others:
        yield Problem("service", steps.refusal(one))


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise RefusedError(*problems)


def _recorded_names(recorded: Recorded) -> set[CredentialName]:
    principals = reveal(recorded.outputs.get("principals"))
    texts = principals if isinstance(principals, list) else []
    return {CredentialName.parse(text.removeprefix("User:")) for text in texts if isinstance(text, str)}


def _recorded_versions(recorded: Recorded) -> dict[str, str]:
    """Versions of secrets by user; a state that doesn't tell them is fine."""
    versions = reveal(recorded.outputs.get("secretVersions"))
    entries = versions.items() if isinstance(versions, dict) else ()
    return {username: version for username, version in entries if isinstance(version, str)}


def _recorded_days(recorded: Recorded) -> dict[str, date]:
    """Days on which passwords were made, by user; a state that doesn't tell them is fine."""
    days = reveal(recorded.outputs.get("madeOn"))
    entries = days.items() if isinstance(days, dict) else ()
    return {username: date.fromisoformat(day) for username, day in entries if isinstance(day, str)}


def _outputs(
    inputs: Properties, declared: DeclaredCredential, reference: str | None, steps: CredentialSteps | None = None
) -> Properties:
    outputs: Properties = {
        **inputs,
        "username": declared.names[-1].username,
        "principals": [name.principal for name in declared.names],
        "secretRef": reference if reference is not None else UNKNOWN,
    }
    if steps is None:
        return outputs
    versions: dict[str, Value] = {
        name.username: steps.versions[name.username] for name in declared.names if name.username in steps.versions
    }
    return {**outputs, **({"secretVersions": versions} if versions else {}), **_days_output(steps.made, declared)}


def _days_output(made: Mapping[str, date | None], declared: DeclaredCredential) -> Properties:
    """The day (UTC) on which each valid generation's password was made, where that is known."""
    days = ((name.username, made.get(name.username)) for name in declared.names)
    known: dict[str, Value] = {username: day.isoformat() for username, day in days if day is not None}
    return {"madeOn": known} if known else {}


def _partly_done(
    inputs: Properties,
    declared: DeclaredCredential,
    names: Iterable[CredentialName],
    failure: Exception,
    steps: CredentialSteps,
) -> PartlyDoneError:
    """Put the credential into the state as it may be, so that a later run finishes it, or removes all of it."""
    reason = f"not finished: {failure}"
    outputs: Properties = {
        **_outputs(inputs, declared, declared.store.reference(declared.names[-1]), steps),
        "principals": [name.principal for name in names],
        "drift": [reason],
    }
    return PartlyDoneError(declared.service, outputs, [reason])


def without_acls(properties: Properties) -> Properties:
    """Everything that is compared by value."""
    return {name: value for name, value in properties.items() if name != "acls"}


def acl_differences(old: Value, new: Value) -> dict[str, Difference]:
    """Compare entries whatever their order: added ones by their new place, removed ones by their old."""
    old, new = reveal(old), reveal(new)
    if not isinstance(old, list) or not isinstance(new, list):
        return {} if old == new else {"acls": Difference(Change.UPDATE, declared=True)}
    before, after = set(map(_frozen, old)), set(map(_frozen, new))
    added = {f"acls[{index}]" for index, entry in enumerate(new) if _frozen(entry) not in before}
    removed = {f"acls[{index}]" for index, entry in enumerate(old) if _frozen(entry) not in after}
    changes = (
        (added & removed, Change.UPDATE),
        (added - removed, Change.ADD),
        (removed - added, Change.DELETE),
    )
    return {path: Difference(change, declared=True) for paths, change in changes for path in sorted(paths)}


def _frozen(entry: Value) -> object:
    return frozenset(entry.items()) if isinstance(entry, dict) else entry


async def _all(works: Iterable[Awaitable[Result]]) -> list[Result]:
    """Wait for all, whatever becomes of some; then raise all refusals or failures as one."""
    answers = await asyncio.gather(*works, return_exceptions=True)
    failures = [answer for answer in answers if isinstance(answer, BaseException)]
    for failure in failures:
        if not isinstance(failure, RefusedError | FailedError):
            raise failure
    if refusals := [failure for failure in failures if isinstance(failure, RefusedError)]:
        raise RefusedError(*(problem for refusal in refusals for problem in refusal.problems))
    if failures:
        raise FailedError("; ".join(dict.fromkeys(map(str, failures))))
    return [answer for answer in answers if not isinstance(answer, BaseException)]
