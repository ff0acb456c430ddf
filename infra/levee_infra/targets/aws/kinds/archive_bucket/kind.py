"""``levee:aws:ArchiveBucket``: an S3 bucket that keeps what was logged: locked, encrypted, private and in one region.

Sources: https://docs.aws.amazon.com/AmazonS3/latest/API/ and .../userguide/object-lock.html.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from levee.catalog.partition import partition_name
from levee.targets.aws.form import LONGEST_LOCK_DAYS, bucket_problem
from levee_infra.providers.protocol.declared import BOOLEAN, INTEGER, always_true, between, lasting, needed, one_of
from levee_infra.providers.protocol.failures import FailedError, Problem, refused
from levee_infra.providers.protocol.fields import Fields
from levee_infra.providers.protocol.identity import THING_ID
from levee_infra.providers.protocol.kind import Recorded
from levee_infra.providers.protocol.properties import Properties, Value, reveal
from levee_infra.targets.aws.api import AwsError
from levee_infra.targets.aws.kinds.archive_bucket.lifecycle import LIFECYCLE, check_lifecycle, lifecycle_rules
from levee_infra.targets.aws.kinds.archive_bucket.live import (
    BLOCKED,
    NOT_OURS,
    OWNERSHIP,
    BucketSettings,
    holds_anything,
    owned,
    read_bucket,
)
from levee_infra.targets.aws.kinds.aws_kind import AwsKind, Live, changed
from levee_infra.targets.aws.kinds.identity import is_marked, marked, new_mark
from levee_infra.targets.aws.kinds.rights import rights
from levee_infra.targets.aws.kinds.shared import (
    ACKNOWLEDGED_IDS,
    ARN,
    DELETION,
    DOCUMENT,
    IDENTIFIED,
    KEY_ARN,
    TAGS,
    no_replicas,
)
from levee_infra.targets.aws.tags import MADE, tag_changes, tags_of, to_list

GOVERNANCE, COMPLIANCE = "GOVERNANCE", "COMPLIANCE"
REGION_WITHOUT_CONSTRAINT: Final = "us-east-1"
"""The one region whose name S3 refuses as a location constraint."""


class ArchiveBucket(AwsKind):
    """A locked, encrypted, private S3 bucket in the connection's region. The id is its name. It is deleted only with an
    approval that is due, and empty; else it stays, tagged as nobody's.

    It may be locked longer and firmer in place, never shorter or looser. levee never empties an archive. Nothing in it
    is replicated: a replica may lie outside the jurisdiction.
    """

    token = "levee:aws:ArchiveBucket"  # noqa: S105 - a type token
    what = "archive bucket"
    needs = rights(
        "s3",
        "CreateBucket GetReplicationConfiguration ListBucket ListBucketMultipartUploads ListBucketVersions TagResource "
        "GetBucketObjectLockConfiguration GetBucketOwnershipControls GetBucketPolicy GetBucketPublicAccessBlock "
        "GetBucketTagging GetBucketVersioning GetEncryptionConfiguration GetLifecycleConfiguration "
        "PutBucketObjectLockConfiguration PutBucketOwnershipControls PutBucketPolicy PutBucketPublicAccessBlock "
        "PutBucketTagging PutBucketVersioning PutEncryptionConfiguration PutLifecycleConfiguration",
    )
    takes = (
        lasting("name", "Without dots. It can't change.", check=bucket_problem),
        KEY_ARN,
        needed("policy", "The bucket policy, JSON.", DOCUMENT),
        needed(
            "lockMode",
            "`GOVERNANCE` or `COMPLIANCE`. It never goes back to `GOVERNANCE`.",
            check=one_of(GOVERNANCE, COMPLIANCE),
        ),
        needed(
            "retentionDays",
            "For so long each object version is locked. Never shortened.",
            INTEGER,
            grows="records would be locked for less long",
            check=between(1, LONGEST_LOCK_DAYS, " days"),
        ),
        *LIFECYCLE,
        always_true("publicAccessBlocked", "an archive is never public"),
        always_true("ownershipEnforced", "an object of another owner escapes the bucket's policy"),
        always_true("versioned", "what is overwritten must be kept"),
        always_true("bucketKey", "without it every object costs a request to KMS"),
        no_replicas(
            "Always empty. As an output: the ARNs of buckets that somebody replicates it to.",
            "levee replicates no archive, which could leave the jurisdiction",
        ),
        DELETION,
        ACKNOWLEDGED_IDS,
        TAGS,
    )
    gives = (ARN, *IDENTIFIED, needed("region"), needed("objectLock", type=BOOLEAN))

    def check_fields(self, fields: Fields, given: Mapping[str, Any]) -> None:
        """The days are S3's."""
        check_lifecycle(fields, given)

    async def look_for(self, new: Properties) -> Live | None:
        """By its name. One of this account that is blank and empty counts as not made yet: ``make`` goes on with it."""
        name = str(new["name"])
        found = await self._look(name)
        if found is None:
            return None
        live, settings = found
        here = self.api.connection.region
        if live.outputs["region"] != here:
            raise refused(
                "name", f"the bucket {name} exists in {live.outputs['region']}, not {here}: choose another name"
            )
        if settings.is_blank and not await holds_anything(self.api, name):
            return None
        return live

    async def look_at(self, resource_id: str) -> Live | None:
        """Buckets of other accounts are not looked at: that fails."""
        found = await self._look(resource_id)
        return None if found is None else found[0]

    async def make(self, new: Properties) -> Live:
        """Make it tagged and with Object Lock. S3's own answer to a repetition is fine: ``look_for`` and, here, another
        look have found nobody's settings or objects in it. A server that drops a new bucket's tags (moto does) leaves a
        blank bucket after a kill; taking it over takes nothing from anybody.
        """
        name = str(new["name"])
        location = {"Tags": to_list({**tags_of(new), MADE: new_mark()})}
        if self.api.connection.region != REGION_WITHOUT_CONSTRAINT:
            location["LocationConstraint"] = self.api.connection.region  # type: ignore[assignment]
        try:
            await self.api.call(
                "s3",
                "create_bucket",
                Bucket=name,
                CreateBucketConfiguration=location,
                ObjectLockEnabledForBucket=True,
                ObjectOwnership=OWNERSHIP,
            )
        except AwsError as error:
            if error.code == "BucketAlreadyExists":
                raise refused(
                    "name", f"{name} is taken: bucket names are one for all accounts, choose another"
                ) from None
            if error.code != "BucketAlreadyOwnedByYou":
                raise
            live = await self.look_for(new)
            self._refuse_foreign(live, new)
        await self.api.wait("s3", "bucket_exists", **owned(self.api, name))
        found = await self._look(name)
        if found is None:
            raise FailedError(f"the bucket {name} was made and is gone again; run again")
        return found[0]

    async def identified(self, live: Live, new: Properties) -> Live:
        """By a tag, together with those that are declared: one that was made by a killed run may have none yet."""
        if is_marked(live.outputs[THING_ID]):
            return live
        tags = {**tags_of(live.inputs), **tags_of(new), MADE: new_mark()}
        await self.tag(live, tags, ())
        identity = marked(str(live.outputs["arn"]), tags)
        return replace(live, inputs={**live.inputs, "tags": {**tags}}, outputs={**live.outputs, THING_ID: identity})

    async def alter(self, live: Live, new: Properties, before: Properties) -> None:
        """Close it before anything else; tags come first, for by them a killed run's bucket is known."""
        tags, gone = tag_changes(live.inputs, new, before)
        if tags or gone:
            await self.tag(live, tags, gone)
        if changed(live, new, "publicAccessBlocked"):
            await self._put(live, "put_public_access_block", PublicAccessBlockConfiguration=BLOCKED)
        if changed(live, new, "ownershipEnforced"):
            rules = {"Rules": [{"ObjectOwnership": OWNERSHIP}]}
            await self._put(live, "put_bucket_ownership_controls", OwnershipControls=rules)
        if changed(live, new, "policy"):
            await self._put(live, "put_bucket_policy", Policy=new["policy"])
        if changed(live, new, "keyArn", "bucketKey"):
            await self._put(live, "put_bucket_encryption", ServerSideEncryptionConfiguration=_encryption(new))
        if changed(live, new, "versioned"):
            await self._put(live, "put_bucket_versioning", VersioningConfiguration={"Status": "Enabled"})
        if changed(live, new, "lockMode", "retentionDays"):
            await self._put(live, "put_object_lock_configuration", ObjectLockConfiguration=_lock(new))
        if changed(live, new, *(each.name for each in LIFECYCLE)):
            rules = {"Rules": lifecycle_rules(new)}
            await self._put(live, "put_bucket_lifecycle_configuration", LifecycleConfiguration=rules)

    async def outlives(self, live: Live, recorded: Recorded) -> bool:
        """It stays while it holds anything, too."""
        return await super().outlives(live, recorded) or await holds_anything(self.api, live.id)

    async def remove(self, live: Live, recorded: Recorded) -> None:
        """Remove it; S3 itself refuses one that something has come into meanwhile."""
        try:
            await self.api.find("s3", "delete_bucket", ("NoSuchBucket",), **owned(self.api, live.id))
        except AwsError as error:
            if error.code != "BucketNotEmpty":
                raise
            await self.let_go(live, recorded)

    async def tag(self, live: Live, tags: Mapping[str, str], gone: Sequence[str]) -> None:
        """S3 takes all tags of a bucket at once."""
        kept = {name: text for name, text in tags_of(live.inputs).items() if name not in gone}
        await self._put(live, "put_bucket_tagging", Tagging={"TagSet": to_list({**kept, **tags})})

    def locked_until(self, live: Live, today: date) -> date | None:
        """What came in today is locked for the longest."""
        days = live.inputs.get("retentionDays")
        return today + timedelta(days=days) if isinstance(days, int) else None

    def weaker(self, which: str, old: Mapping[str, Value], new: Properties) -> Iterator[Problem]:
        """Its mode, too."""
        if reveal(old.get("lockMode")) == COMPLIANCE and reveal(new.get("lockMode")) == GOVERNANCE:
            yield Problem("lockMode", f"can't change from {COMPLIANCE}, which is {which}, to {GOVERNANCE}: keep it")
        yield from super().weaker(which, old, new)

    def impossible(self, live: Live, new: Properties) -> Iterator[Problem]:
        """One that can't lock, and one that somebody copies elsewhere, too."""
        yield from super().impossible(live, new)
        if not live.outputs["objectLock"]:
            yield Problem(
                "name",
                f"the bucket {live.id} was made without Object Lock, so nothing in it is locked: declare another "
                "archive, copy there what must be kept, then remove this one",
            )
        replicas = live.inputs["replicas"]
        if isinstance(replicas, list) and replicas:
            yield Problem(
                "replicas",
                f"the bucket {live.id} is replicated to {', '.join(map(str, replicas))}, not by levee: find out "
                "who did it, delete the replication rules, and what they have copied out of the jurisdiction",
            )

    async def _look(self, name: str) -> tuple[Live, BucketSettings] | None:
        try:
            found = await read_bucket(self.api, name)
        except AwsError as error:
            if error.code != NOT_OURS:
                raise
            raise FailedError(
                f"the bucket {name} is another account's, or the caller may not look at it: choose another name, or "
                f"let the caller do s3:ListBucket on it ({error})"
            ) from None
        if found is None:
            return None
        inputs: Properties = {"name": name, **found.settings.inputs()}
        arn = f"arn:{partition_name(self.api.connection.region)}:s3:::{name}"
        outputs: Properties = {
            "arn": arn,
            THING_ID: marked(arn, tags_of(inputs)),
            "region": found.region,
            "objectLock": found.settings.object_lock,
        }
        return Live(name, inputs, outputs), found.settings

    async def _put(self, live: Live, operation: str, **parameters: Any) -> None:
        await self.api.call("s3", operation, **owned(self.api, live.id), **parameters)


def _encryption(new: Properties) -> dict[str, Any]:
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": new["keyArn"]}
    return {"Rules": [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]}


def _lock(new: Properties) -> dict[str, Any]:
    retention = {"Mode": new["lockMode"], "Days": new["retentionDays"]}
    return {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": retention}}
