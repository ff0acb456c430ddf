"""The order in which credentials come and go. Every step may be repeated, so a run that was killed between any
two is finished by the next one.

Making one: its user is marked as this stack's; then its secret is kept on disk before the cluster hears of it, for a
password that only the cluster knows is lost; then its ACLs; its user last, so that nobody can log in who has less, or
more, than is declared.
Where the user is there already, missing ACLs come before superfluous ones go: it is never left without one
that is declared.

Revoking one: its ACLs first, because a connection that is open outlives its user, but not its ACLs; then its
user; its secret, for as long as that is there an interrupted run can be seen and finished; the mark last. What another
stack has marked is left to it.
"""

import asyncio
import dataclasses
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from types import MappingProxyType
from typing import TypeVar

from levee_infra.kafka.credential.credential_cluster import CredentialCluster
from levee_infra.kafka.credential.credential_name import CredentialName
from levee_infra.kafka.credential.declared_credential import DeclaredCredential
from levee_infra.kafka.credential.live_credential import SHA_512, Observed
from levee_infra.kafka.credential.password import generate_password
from levee_infra.kafka.secret_store.batched_store import BatchedStore
from levee_infra.kafka.secret_store.contract import Fit, KeptSecret
from levee_infra.providers.protocol.failures import FailedError, refused
from levee_infra.providers.protocol.ownership import (
    Mark,
    Marks,
    MarksUnavailableError,
    Standing,
    Thing,
    ThingKind,
    belongs_to_another,
    standing,
)

Value = TypeVar("Value")


class CredentialSteps:
    """Observes, establishes and revokes credentials on one cluster, their secrets in one store.

    ``former`` is the store that they are moved out of, if any: secrets are looked up there too, and destroyed
    there by :meth:`leave_former_store`. ``versions`` are those of the secrets, by user, where they are known: first
    from the state, then of what is written here. So are ``made``, the days (UTC) of passwords;
    ``today`` is that of one that is made here.
    """

    def __init__(
        self,
        cluster: CredentialCluster,
        marks: Marks,
        store: BatchedStore,
        today: date,
        former: BatchedStore | None = None,
        versions: Mapping[str, str] = MappingProxyType({}),
        made: Mapping[str, date] = MappingProxyType({}),
    ) -> None:
        self._cluster = cluster
        self._marks = marks
        self._store = store
        self._former = former
        self.versions = dict(versions)
        self.made = dict(made)
        self._today = today

    async def observe(self, name: CredentialName, *, to_change: bool, anew: bool = False) -> Observed:
        """Look at a credential. Raises FailedError, and RefusedError if its secret isn't safe to use."""
        live, kept, ownership = await asyncio.gather(
            self._cluster.look(name, to_change=to_change, anew=anew),
            self._store.find(name) if to_change or anew else self._store.seen(name),
            self._standing(name),
        )
        if live.has_user and self._marks.owner is not None and ownership.own is None:
            # The holder of the user most often has the mark as well: a list may be older than both.
            ownership = await self._standing(name, Mark(self._marks.owner))
        if self._former is None:
            return Observed(name, live, kept, self.versions.get(name.username), ownership)
        former = await self._former.find(name)
        if former is None:  # the state tells of versions there
            return Observed(name, live, kept, ownership=ownership)
        if kept is not None and kept.password != former.password:
            raise refused(
                "secretStore",
                f"{kept.reference} and {former.reference} hold different passwords; move the wrong one away",
            )
        kept = dataclasses.replace(former, fit=Fit.OUTDATED)
        return Observed(name, live, kept, self.versions.get(name.username), ownership)

    async def establish(self, seen: Observed, declared: DeclaredCredential, *, renew: bool) -> KeptSecret:
        """Make the credential what is declared; return its secret.

        With ``renew`` the user gets the kept password again even if it has one. Raises FailedError.
        """
        name, live = seen.name, seen.live
        await self._claim(seen)
        own = None if seen.has_foreign_secret else seen.kept
        kept = await self._kept(name, own)
        extra = live.grants - declared.grants
        if not live.has_user:
            await self._cluster.withdraw(name, extra)
        # What is new gets all its grants: a broker that is behind may still tell of some that a removal took away.
        await self._cluster.allow(name, declared.grants if renew else declared.grants - live.grants)
        if renew or own is None or live.iterations.get(SHA_512) != declared.iterations:
            await self._cluster.set_password(name, kept.password, declared.iterations)
        await self._cluster.remove_user(name, live.iterations.keys() - {SHA_512})
        if live.has_user:
            await self._cluster.withdraw(name, extra)
        return kept

    async def _kept(self, name: CredentialName, own: KeptSecret | None) -> KeptSecret:
        """Keep the password, a new one where there is none of ours, and remember its version and its day."""
        kept, username = own, name.username
        made = self._today if kept is None else self.made.get(username, kept.made)
        if kept is None or kept.fit is not Fit.CURRENT:
            kept = await self._store.keep(name, kept.password if kept else generate_password(), made)
        _note(self.versions, username, kept.version)
        _note(self.made, username, made)
        return kept

    async def revoke(self, seen: Observed) -> None:
        """Take everything from the credential and destroy it; another stack's is left to it. Raises FailedError."""
        if seen.ownership.others:
            if seen.ownership.own is not None or self._marks.owner is None:
                raise FailedError(self.refusal(seen))
            return
        await self._cluster.withdraw_all(seen.name, seen.live)
        await self._cluster.remove_user(seen.name, seen.live.iterations.keys() | {SHA_512})
        await self._store.forget(seen.name)
        await self.leave_former_store(seen.name)
        await self._release(seen)

    async def _standing(self, name: CredentialName, expected: Mark | None = None) -> Standing:
        return await standing(self._marks, self._thing(name), expected=expected)

    async def _claim(self, seen: Observed) -> None:
        if self._marks.owner is not None and seen.ownership.own is None:
            with suppress(MarksUnavailableError):
                await self._marks.claim(self._thing(seen.name))

    async def _release(self, seen: Observed) -> None:
        if seen.ownership.own is not None:
            with suppress(MarksUnavailableError):
                await self._marks.release(self._thing(seen.name))

    @staticmethod
    def _thing(name: CredentialName) -> Thing:
        return Thing(ThingKind.USER, name.username)

    def refusal(self, seen: Observed) -> str:
        """Why a user that another stack has marked is left as it is."""
        return belongs_to_another(self._marks, self._thing(seen.name), seen.ownership)

    async def leave_former_store(self, name: CredentialName) -> None:
        """Destroy the secret in the store that it was moved out of."""
        if self._former is not None:
            await self._former.forget(name)


def _note(notes: dict[str, Value], username: str, value: Value | None) -> None:
    """Note a user's value; what was noted of one that has none any more goes."""
    notes.pop(username, None)
    if value is not None:
        notes[username] = value
