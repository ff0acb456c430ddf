"""What a cluster holds of a credential: its passwords' parameters and its ACLs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from levee_infra import difference
from levee_infra.kafka.credential.credential_name import CredentialName
from levee_infra.kafka.credential.grant import Grant
from levee_infra.kafka.secret_store.contract import Fit, KeptSecret
from levee_infra.providers.protocol.ownership import UNMARKED, Standing

SHA_512: Final = 2
"""The mechanism as the protocol numbers it (org.apache.kafka.clients.admin.ScramMechanism)."""


@dataclass(frozen=True, slots=True)
class LiveCredential:
    """One user and its principal as the cluster has them. ``iterations`` is by SCRAM mechanism; empty means
    that there is no such user. ``users_elsewhere``: they are made by somebody else, and nothing is known of them here.
    """

    iterations: Mapping[int, int] = field(default_factory=dict)
    grants: frozenset[Grant] = frozenset()
    denials: frozenset[Grant] = frozenset()
    users_elsewhere: bool = False

    @property
    def has_user(self) -> bool:
        """Whether anybody can log in as this user."""
        return bool(self.iterations)

    @property
    def is_absent(self) -> bool:
        """Whether the cluster knows nothing of it."""
        return not (self.iterations or self.grants or self.denials)


@dataclass(frozen=True, slots=True)
class Observed:
    """A credential on the cluster and in its secret store, seen at about the same time. ``recorded`` is the version
    of its secret that the state tells, if it does.
    """

    name: CredentialName
    live: LiveCredential
    kept: KeptSecret | None
    recorded: str | None = None
    ownership: Standing = UNMARKED
    """Whose it is, by the marks on its user."""

    @property
    def is_absent(self) -> bool:
        """Whether neither the cluster nor the store knows it, but for a mark."""
        return self.live.is_absent and self.kept is None

    def drift(self, grants: frozenset[Grant], iterations: int, owner: str | None = None) -> Iterator[str]:
        """Say, a sentence each, where it differs from what is declared, and whether it is still the owner's."""
        yield from self._owner_drift(owner)
        yield from self._secret_drift()
        yield from self._user_drift(iterations)
        user = self.name.username
        for grant in sorted(grants - self.live.grants):
            yield difference.lost(user, grant)
        for grant in sorted(self.live.grants - grants):
            yield difference.undeclared(user, grant)
        for grant in sorted(self.live.denials):
            yield difference.denied(user, grant)

    @property
    def has_lost_secret(self) -> bool:
        """Whether the user has a password that nobody can tell any more."""
        return self.kept is None and self.live.has_user

    @property
    def has_foreign_secret(self) -> bool:
        """Whether somebody else has written the secret, so that its password may be theirs."""
        version = self.kept.version if self.kept is not None else None
        return None not in {version, self.recorded} and version != self.recorded

    def _owner_drift(self, owner: str | None) -> Iterator[str]:
        if self.ownership.others:
            yield difference.marked_by(f"user {self.name}", {mark.owner for mark in self.ownership.others})
        elif owner is not None and self.ownership.own is None and not self.ownership.unavailable:
            yield difference.unmarked(f"user {self.name}", owner)

    def _secret_drift(self) -> Iterator[str]:
        if self.has_lost_secret:
            yield lost_secret(self.name)
        elif self.kept is None:
            yield f"no secret of {self.name} is kept"
        elif self.has_foreign_secret:
            yield foreign_secret(self.name)
        elif self.kept.fit is not Fit.CURRENT:
            yield f"the client settings of {self.name} are not those of the cluster's connection"

    def _user_drift(self, iterations: int) -> Iterator[str]:
        if self.live.users_elsewhere:
            return
        live = self.live.iterations.get(SHA_512)
        if live is None:
            yield difference.no_password(self.name.username, "SCRAM-SHA-512")
        elif live != iterations:
            yield difference.other_rounds(self.name.username, live, iterations)
        if self.live.iterations.keys() - {SHA_512}:
            yield difference.other_password(self.name.username, "SCRAM-SHA-256")


def lost_secret(name: CredentialName) -> str:
    """Announce that a password is lost, and what an update will do about it."""
    return (
        f"the secret of {name} is lost: an update gives it a new password, and its clients must take the new settings"
    )


def foreign_secret(name: CredentialName) -> str:
    """Announce that a password may be somebody else's, and what an update will do about it."""
    return (
        f"the secret of {name} was written by somebody else, or by a run that was killed: an update gives it a new "
        "password, and its clients must take the new settings"
    )
