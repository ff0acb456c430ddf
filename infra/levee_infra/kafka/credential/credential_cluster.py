"""Users and ACLs of service credentials on a cluster, a few requests for thousands of them."""

import asyncio
import itertools
import os
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeVar

from kafka.protocol.admin import (
    AlterUserScramCredentialsRequest,
    DescribeClusterRequest,
    DescribeUserScramCredentialsRequest,
)

from levee_infra.kafka.admin.broker_error import BrokerError, error_of, settled
from levee_infra.kafka.credential import acl_messages
from levee_infra.kafka.credential.acl_messages import LiveAcl
from levee_infra.kafka.credential.grant import Grant
from levee_infra.kafka.credential.live_credential import SHA_512, LiveCredential
from levee_infra.kafka.credential.password import Password
from levee_infra.kafka.credential.scram import SaltedPassword, salt_password
from levee_infra.providers.protocol.batching import Batch, BatchLimits
from levee_infra.providers.protocol.failures import FailedError

LISTING_SECONDS: Final = 10.0
"""How long one listing of the cluster serves. A run looks at each credential once or twice; listing anew for
every few dozen of ten thousand would cost the square of their number.
"""

LISTERS: Final = BatchLimits(items=100_000, weight=100_000)
"""Concurrent readers share one listing."""

DELETERS: Final = BatchLimits(items=250)
"""The controller compares each filter of a deletion with every ACL that it has, and does nothing else meanwhile:
about 0.1 µs each, so a second and a half for 250 of them among 60,000 ACLs.
"""

ALTER: Final = 7
DESCRIBE: Final = 8
"""Operations as the protocol numbers them (org.apache.kafka.common.acl.AclOperation)."""

ABSENT: Final = "RESOURCE_NOT_FOUND"

Send = Callable[[Any], Awaitable[Any]]
"""Sends one request of the Kafka protocol to any broker and answers its response, trying again while brokers
move. Raises FailedError where none answers.
"""

Outcome = BrokerError | None


class Name(Protocol):
    """Who is looked at and changed: a user of levee's, or a principal that was made elsewhere. It can be hashed."""

    @property
    def username(self) -> str:
        """The principal without its type."""

    @property
    def principal(self) -> str:
        """The principal as ACLs write it."""


class _Change(Protocol):
    """A change to one credential."""

    @property
    def name(self) -> Name: ...


Change = TypeVar("Change", bound=_Change)


@dataclass(frozen=True, slots=True)
class _Creation:
    name: Name
    acls: Sequence[Any]


@dataclass(frozen=True, slots=True)
class _Deletion:
    name: Name
    filters: Sequence[Any]
    expected: int
    """About how many ACLs the filters choose: a controller deletes at most 10,000 in one request."""


@dataclass(frozen=True, slots=True)
class _Upsertion:
    name: Name
    password: Password = field(repr=False)
    iterations: int


@dataclass(frozen=True, slots=True)
class _Removal:
    name: Name
    mechanisms: Collection[int]


@dataclass(frozen=True)
class _Listing:
    """All users and ACLs of the cluster, not older than ``taken`` (a monotonic clock's seconds)."""

    taken: float
    operations: Collection[int]
    users: Mapping[str, Mapping[int, int]] | None
    """None: they are made elsewhere."""
    acls: Mapping[str, Sequence[LiveAcl]]

    def credential(self, name: Name) -> LiveCredential:
        acls = self.acls.get(name.principal, ())
        return LiveCredential(
            iterations={} if self.users is None else self.users.get(name.username, {}),
            users_elsewhere=self.users is None,
            grants=frozenset(acl.grant for acl in acls if acl.allows),
            denials=frozenset(acl.grant for acl in acls if not acl.allows),
        )

    def refuse_without(self, *needed: int) -> None:
        """Refuse to go on without an operation on the cluster: Kafka answers some questions of the
        unprivileged with an empty list and no error.
        """
        words = {ALTER: "Alter", DESCRIBE: "Describe"}
        missing = [words[operation] for operation in needed if operation not in self.operations]
        if missing:
            raise FailedError(
                f"levee's Kafka user lacks {' and '.join(missing)} on the cluster, without which users and ACLs "
                "can't be seen or changed; grant it (kafka-acls --cluster) or use another saslUsername"
            )


class CredentialCluster:
    """Looks at and changes credentials. Every method may be called concurrently for many names, must not be
    for one, and raises FailedError for its own name only.

    Every change may be repeated: a grant that is there, or a user that is gone, is fine. Without ``makes_users`` the
    cluster takes its users from elsewhere, as Amazon MSK does from Secrets Manager: only their ACLs are made here.
    """

    def __init__(self, send: Send, *, makes_users: bool = True) -> None:
        self._send = send
        self._makes_users = makes_users
        self._listing: _Listing | None = None
        self._changed: dict[Name, float] = {}
        self._listings: Batch[Name, _Listing] = Batch(self._list, limits=LISTERS)
        self._creations: Batch[_Creation, None] = Batch(self._create, weight=lambda item: len(item.acls))
        self._deletions: Batch[_Deletion, None] = Batch(
            self._delete, weight=lambda item: item.expected, limits=DELETERS
        )
        self._upsertions: Batch[_Upsertion, None] = Batch(self._upsert, key=lambda item: item.name.principal)
        self._removals: Batch[_Removal, None] = Batch(self._remove, key=lambda item: item.name.principal)
        self._cores = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="pbkdf2")

    def close(self) -> None:
        """Stop the threads that derive keys."""
        self._cores.shutdown(wait=False, cancel_futures=True)

    async def look(self, name: Name, *, to_change: bool, anew: bool = False) -> LiveCredential:
        """Return what the cluster holds of ``name``, seen after its last change and at most
        ``LISTING_SECONDS`` ago, or ``anew``.

        Raises FailedError if levee's own user has not the privileges to see it, or ``to_change`` it.
        """
        listing = self._listing
        if anew or listing is None or not self._serves(listing, name):
            listing = await self._listings.submit(name)
        listing.refuse_without(DESCRIBE, *([ALTER] if to_change else []))
        return listing.credential(name)

    async def allow(self, name: Name, grants: Collection[Grant]) -> None:
        """Give grants to the principal."""
        if grants:
            acls = [acl_messages.creation(name.principal, grant) for grant in sorted(grants)]
            await self._creations.submit(_Creation(name, acls))
            self._note_change(name)

    async def withdraw(self, name: Name, grants: Collection[Grant]) -> None:
        """Take grants from the principal."""
        if grants:
            filters = [acl_messages.exactly(name.principal, grant) for grant in sorted(grants)]
            await self._deletions.submit(_Deletion(name, filters, len(filters)))
            self._note_change(name)

    async def withdraw_all(self, name: Name, live: LiveCredential) -> None:
        """Take everything from the principal; what it is denied only after what it is allowed."""
        kinds = [acl_messages.ALLOW, acl_messages.DENY] if live.denials else [acl_messages.ANY]
        filters = [acl_messages.every(name.principal, kind) for kind in kinds]
        expected = max(len(filters), len(live.grants) + len(live.denials))
        await self._deletions.submit(_Deletion(name, filters, expected))
        self._note_change(name)

    async def set_password(self, name: Name, password: Password, iterations: int) -> None:
        """Let the user log in by SCRAM-SHA-512 with ``password``, and by no earlier one."""
        if self._makes_users:
            await self._upsertions.submit(_Upsertion(name, password, iterations))
            self._note_change(name)

    async def remove_user(self, name: Name, mechanisms: Collection[int]) -> None:
        """Take the user's passwords of these mechanisms away."""
        if mechanisms and self._makes_users:
            await self._removals.submit(_Removal(name, mechanisms))
            self._note_change(name)

    def _note_change(self, name: Name) -> None:
        self._changed[name] = time.monotonic()

    def _serves(self, listing: _Listing, name: Name) -> bool:
        is_young = time.monotonic() - listing.taken < LISTING_SECONDS
        return is_young and self._changed.get(name, float("-inf")) < listing.taken

    async def _list(self, names: Sequence[Name]) -> Sequence[_Listing]:
        taken = time.monotonic()
        cluster = await self._send(DescribeClusterRequest(include_cluster_authorized_operations=True))
        _raise_for(cluster, "the cluster can't be described")
        operations = cluster.authorized_operations
        _Listing(taken, operations, {}, {}).refuse_without(DESCRIBE)
        users, acls = await asyncio.gather(self._list_users() if self._makes_users else _nobody(), self._list_acls())
        self._listing = _Listing(taken, operations, users, acls)
        return [self._listing] * len(names)

    async def _list_users(self) -> Mapping[str, Mapping[int, int]]:
        response = await self._send(DescribeUserScramCredentialsRequest(users=None))
        _raise_for(response, "the users can't be listed")
        for user in response.results:
            _raise_for(user, f"user {user.user} can't be described")
        return {
            user.user: {entry.mechanism: entry.iterations for entry in user.credential_infos}
            for user in response.results
        }

    async def _list_acls(self) -> Mapping[str, Sequence[LiveAcl]]:
        response = await self._send(acl_messages.describe_everything())
        _raise_for(response, "the ACLs can't be listed")
        acls: dict[str, list[LiveAcl]] = defaultdict(list)
        for acl in acl_messages.described(response):
            acls[acl.principal].append(acl)
        return acls

    async def _create(self, items: Sequence[_Creation]) -> Sequence[FailedError | None]:
        return await _changed(items, self._create_once, "ACLs can't be created")

    async def _create_once(self, items: Sequence[_Creation]) -> Sequence[Outcome]:
        response = await self._send(acl_messages.create(acl for item in items for acl in item.acls))
        results = iter(response.results)
        return [_first_error(itertools.islice(results, len(item.acls))) for item in items]

    async def _delete(self, items: Sequence[_Deletion]) -> Sequence[FailedError | None]:
        return await _changed(items, self._delete_once, "ACLs can't be deleted")

    async def _delete_once(self, items: Sequence[_Deletion]) -> Sequence[Outcome]:
        response = await self._send(acl_messages.delete(one for item in items for one in item.filters))
        results = iter(response.filter_results)
        return [_first_error(_with_matches(itertools.islice(results, len(item.filters)))) for item in items]

    async def _upsert(self, items: Sequence[_Upsertion]) -> Sequence[FailedError | None]:
        return await _changed(items, self._upsert_once, "password can't be set")

    async def _upsert_once(self, items: Sequence[_Upsertion]) -> Sequence[Outcome]:
        salted = await asyncio.gather(*map(self._salt, items))
        upsertions = [(one.username, SHA_512, one.iterations, one.salt, one.salted) for one in salted]
        response = await self._send(AlterUserScramCredentialsRequest(deletions=[], upsertions=upsertions))
        errors = _errors_by_user(response)
        return [errors[item.name.username] for item in items]

    async def _salt(self, item: _Upsertion) -> SaltedPassword:
        return await asyncio.get_running_loop().run_in_executor(
            self._cores, salt_password, item.name.username, item.password, item.iterations
        )

    async def _remove(self, items: Sequence[_Removal]) -> Sequence[FailedError | None]:
        return await _changed(items, self._remove_once, "user can't be removed")

    async def _remove_once(self, items: Sequence[_Removal]) -> Sequence[Outcome]:
        errors: dict[str, Outcome] = {}
        # A request may name a user once only, so each mechanism is a request of its own.
        for mechanism in sorted({mechanism for item in items for mechanism in item.mechanisms}):
            deletions = [(item.name.username, mechanism) for item in items if mechanism in item.mechanisms]
            response = await self._send(AlterUserScramCredentialsRequest(deletions=deletions, upsertions=[]))
            found = _errors_by_user(response)
            errors |= {user: error for user, error in found.items() if error and error.code != ABSENT}
        return [errors.get(item.name.username) for item in items]


async def _nobody() -> None:
    """Stands for a listing of users that nobody asks for."""


async def _changed(
    items: Sequence[Change], attempt: Callable[[Sequence[Change]], Awaitable[Sequence[Outcome]]], what: str
) -> Sequence[FailedError | None]:
    """Make the changes, again where the error passes by itself; name whose change failed."""
    outcomes = await settled(items, attempt)
    return [
        FailedError(f"{item.name}: {what}: {outcome}") if outcome is not None else None
        for item, outcome in zip(items, outcomes, strict=True)
    ]


def _errors_by_user(response: Any) -> dict[str, Outcome]:
    return {result.user: error_of(result.error_code, result.error_message) for result in response.results}


def _with_matches(results: Iterable[Any]) -> Iterator[Any]:
    for result in results:
        yield result
        yield from result.matching_acls


def _first_error(results: Iterable[Any]) -> Outcome:
    # Read to the end, for the iterator is shared with the items that follow.
    errors = [error for result in results if (error := error_of(result.error_code, result.error_message))]
    return errors[0] if errors else None


def _raise_for(response: Any, what: str) -> None:
    if error := error_of(response.error_code, response.error_message):
        raise FailedError(f"{what}: {error}")
