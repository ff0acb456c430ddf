"""Why a credential is left as it is: what stands on the cluster or in the store isn't levee's to change."""

from collections.abc import Iterator, Sequence

from levee_infra.kafka.credential.declared_credential import DeclaredCredential
from levee_infra.kafka.credential.live_credential import Observed, foreign_secret, lost_secret
from levee_infra.kafka.secret_store.contract import Fit
from levee_infra.providers.protocol.failures import Problem


def strange(seen: Observed, declared: DeclaredCredential, owner: str | None) -> Iterator[Problem]:
    """Say why a credential that isn't in the state can't be made: what is there isn't this owner's."""
    name = seen.name
    yield from denied(seen)
    if seen.kept is not None and seen.kept.fit is Fit.ELSEWHERE:
        yield Problem(
            "secretStore",
            f"{seen.kept.reference} is a credential of another cluster; give each cluster a store of its own, or "
            "move the file away",
        )
    is_unmarked = owner is not None and seen.ownership.own is None and not seen.ownership.unavailable
    if seen.kept is not None and is_unmarked and seen.live.has_user:
        yield Problem(
            "service",
            f"user {name} exists on the cluster and no stack has marked it as its own, although "
            f"{seen.kept.reference} is there: it may be that of another stack. Give this stack a secret store of its "
            "own; if it is this stack's, of a run of an older levee, delete the user (kafka-configs --alter "
            f"--delete-config SCRAM-SHA-512 --entity-type users --entity-name {name}) and run again",
        )
    if seen.kept is not None:
        return
    if seen.live.has_user:
        yield Problem(
            "service",
            f"user {name} exists on the cluster, and levee holds no secret of it. If no client uses it, delete it "
            "(kafka-configs --alter --delete-config SCRAM-SHA-512 --entity-type users --entity-name "
            f"{name}) and run again; else declare generation {declared.generation + 1} with previous revoked, "
            f"move its clients, and then delete it",
        )
    if extra := seen.live.grants - declared.grants:
        yield Problem(
            "acls",
            f"{name.principal} already has ACLs that levee didn't make: {'; '.join(map(str, sorted(extra)))}. "
            "Declare them, or remove them (kafka-acls --remove)",
        )


def denied(seen: Observed) -> Iterator[Problem]:
    """Say which denials stand in the way of what is declared."""
    if seen.live.denials:
        denials = "; ".join(map(str, sorted(seen.live.denials)))
        yield Problem(
            "acls",
            f"{seen.name.principal} is denied {denials}. levee made no such ACL and doesn't lift a denial that "
            "somebody may have meant; remove it (kafka-acls --remove), or remove the service",
        )


def unannounced(seen: Observed, announcements: Sequence[object]) -> Iterator[Problem]:
    """Say that a user in service would get a new password, unless that was shown as drift first."""
    renewals = {lost_secret: seen.has_lost_secret, foreign_secret: seen.has_foreign_secret}
    for words in (words(seen.name) for words, is_so in renewals.items() if is_so):
        if words not in announcements:
            yield Problem("secretStore", f"{words}. Run again with refresh, to see that first")
