"""What is claimed of archives: locked, encrypted, private, and staying where they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from levee.catalog.partition import partition_name
from levee.model.data_class import ArchiveLock
from levee.plan.planned import Plan, PlannedArchive
from levee.targets.aws.iam.evaluate import FULL_ACCESS, Policies
from levee.targets.aws.iam.request import identity
from levee_infra.providers.protocol.properties import reveal
from levee_infra.targets.aws.kinds.archive_bucket.live import LiveBucket
from levee_infra.targets.aws.proof import things
from levee_infra.targets.aws.proof.encryption import encrypted_by
from levee_infra.targets.aws.proof.live import LiveAccount, present
from levee_infra.targets.aws.proof.policy_case import PolicyCase, request, tried
from levee_infra.targets.aws.proof.unexpected_access import outsiders
from levee_infra.verify.account import AccountCheck, AccountResult, there
from levee_infra.verify.check import MARK

THERE: Final = there(things.ARCHIVE)
HERE: Final = AccountCheck(things.ARCHIVE, "here", "lies in the stack's region and is copied nowhere")
PRIVATE: Final = AccountCheck(things.ARCHIVE, "private", "blocks public access and takes no objects of other owners")
OUTSIDERS: Final = AccountCheck(things.ARCHIVE, "no outsiders", "is read and written by nobody of another account")
TLS: Final = AccountCheck(things.ARCHIVE, "no plain HTTP", "refuses plain HTTP, even to administrators")
ENCRYPTED: Final = AccountCheck(things.ARCHIVE, "encrypted", "encrypts with the declared key")
VERSIONED: Final = AccountCheck(things.ARCHIVE, "versions", "keeps every version")
LOCKED: Final = AccountCheck(things.ARCHIVE, "locked", "locks every version as firmly, and as long, as declared")
NOT_LIFTED: Final = AccountCheck(things.ARCHIVE, "not lifted", "lets nobody lift a lock before its end")

DAY_MS: Final = 86_400_000
ON_OBJECTS: Final = ("s3:GetObject", "s3:PutObject", "s3:DeleteObjectVersion")
ON_BUCKET: Final = ("s3:ListBucket", "s3:PutBucketPolicy")
BYPASS: Final = "s3:BypassGovernanceRetention"
FIRMNESS: Final = (ArchiveLock.GOVERNANCE.value.upper(), ArchiveLock.COMPLIANCE.value.upper())


def archive_outcomes(plan: Plan, live: LiveAccount) -> Iterator[AccountResult]:
    """Everything about every archive."""
    locks = {each.name: each.archive_lock for each in plan.classes}
    lock_of = {topic.stream: locks[topic.data_class] for topic in plan.topics}
    for archive in plan.archives:
        name = archive.archive.bucket
        bucket = yield from present(THERE, name, live.buckets, "there is no such bucket")
        if bucket is not None:
            yield THERE.holds(name, "of this account")
            yield from _Archive(plan, live, archive, bucket).outcomes(lock_of[archive.stream])


class _Archive:
    """One archive and its live bucket."""

    def __init__(self, plan: Plan, live: LiveAccount, planned: PlannedArchive, bucket: LiveBucket) -> None:
        self._plan, self._live, self._planned, self._bucket = plan, live, planned, bucket
        self._name = planned.archive.bucket
        self._arn = f"arn:{partition_name(plan.boundary.region)}:s3:::{self._name}"
        self._has: dict[str, Any] = {key: reveal(value) for key, value in bucket.settings.inputs().items()}

    def outcomes(self, lock: ArchiveLock) -> Iterator[AccountResult]:
        """Everything about it. `lock` is its class's."""
        has, name = self._has, self._name
        yield self._here()
        private = bool(has["publicAccessBlocked"] and has["ownershipEnforced"])
        blocked = f"public access blocked: {has['publicAccessBlocked']}, owner enforced: {has['ownershipEnforced']}"
        yield PRIVATE.judged(name, holds=private, found=blocked)
        yield tried(OUTSIDERS, name, self._strangers())
        yield tried(TLS, name, self._plain())
        yield self._encrypted()
        yield VERSIONED.judged(name, holds=bool(has["versioned"]), found="on" if has["versioned"] else "off")
        if self._planned.archive.locked:
            yield self._locked(lock)
            yield self._not_lifted()

    def _here(self) -> AccountResult:
        region, replicas = self._bucket.region, self._has["replicas"]
        found = f"in {region or 'an unknown region'}" + (f", copied to {', '.join(replicas)}" if replicas else "")
        return HERE.judged(self._name, holds=region == self._plan.boundary.region and not replicas, found=found)

    def _strangers(self) -> Iterator[PolicyCase]:
        policy = self._bucket.policy
        yield from outsiders(self._plan, policy, ON_OBJECTS, f"{self._arn}/{MARK}")
        yield from outsiders(self._plan, policy, ON_BUCKET, self._arn)

    def _plain(self) -> Iterator[PolicyCase]:
        for action in (*ON_OBJECTS, *ON_BUCKET):
            yield self._by_administrator(action, tls=False)

    def _by_administrator(self, action: str, *, tls: bool) -> PolicyCase:
        """Somebody of the account whose own policies let everything."""
        boundary = self._plan.boundary
        somebody = identity(f"arn:{partition_name(boundary.region)}:iam::{boundary.account}:role/{MARK}")
        resource = self._arn if action in ON_BUCKET else f"{self._arn}/{MARK}"
        asked = request(self._plan, somebody, action, resource, {"aws:SecureTransport": (str(tls).lower(),)})
        return PolicyCase(asked, Policies(identity=(FULL_ACCESS,), resource=self._bucket.policy), allowed=False)

    def _encrypted(self) -> AccountResult:
        declared, used = self._planned.archive.key, self._has["keyArn"]
        if declared is None and used is not None:
            return ENCRYPTED.holds(self._name, str(used))
        return encrypted_by(ENCRYPTED, self._name, self._live, declared, used)

    def _locked(self, lock: ArchiveLock) -> AccountResult:
        mode, days = self._has["lockMode"], self._has["retentionDays"]
        if not self._bucket.settings.object_lock or mode not in FIRMNESS or not days:
            return LOCKED.fails(self._name, "new versions are not locked")
        firm = FIRMNESS.index(mode) >= FIRMNESS.index(lock.value.upper())
        long = days * DAY_MS >= self._planned.archive.retention.milliseconds
        found = f"{mode} for {days} days; declared is {lock.value} for {self._planned.archive.retention}"
        return LOCKED.judged(self._name, holds=firm and long, found=found)

    def _not_lifted(self) -> AccountResult:
        if self._has["lockMode"] == FIRMNESS[-1]:
            return NOT_LIFTED.holds(self._name, "in this mode nobody can")
        return tried(NOT_LIFTED, self._name, [self._by_administrator(BYPASS, tls=True)])
