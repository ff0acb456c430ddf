"""How a bucket is read: S3 has no listing of many buckets' settings, and a request for each setting of one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from levee.targets.aws.iam.document import Document
from levee_infra.providers.protocol.properties import Properties
from levee_infra.targets.aws.api import Api
from levee_infra.targets.aws.kinds.archive_bucket.lifecycle import days_of
from levee_infra.targets.aws.live import read_policy
from levee_infra.targets.aws.tags import from_list

NO_BUCKET: Final = ("404", "NoSuchBucket")
NOT_OURS: Final = "403"
"""The code where a bucket is another account's, or the caller may not look at it."""

REQUESTS: Final[Mapping[str, str]] = {
    "get_bucket_tagging": "NoSuchTagSet",
    "get_bucket_encryption": "ServerSideEncryptionConfigurationNotFoundError",
    "get_public_access_block": "NoSuchPublicAccessBlockConfiguration",
    "get_bucket_ownership_controls": "OwnershipControlsNotFoundError",
    "get_bucket_policy": "NoSuchBucketPolicy",
    "get_bucket_versioning": "",
    "get_object_lock_configuration": "ObjectLockConfigurationNotFoundError",
    "get_bucket_lifecycle_configuration": "NoSuchLifecycleConfiguration",
    "get_bucket_replication": "ReplicationConfigurationNotFoundError",
}
"""The requests that tell a bucket's settings, and the error code that says there is none."""

BLOCKED: Final = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
OWNERSHIP: Final = "BucketOwnerEnforced"
DAYS_PER_YEAR: Final = 365


@dataclass(frozen=True)
class BucketSettings:
    """The answers to ``REQUESTS``, empty where there is none."""

    answers: Mapping[str, Mapping[str, Any]] = field(repr=False)

    @property
    def object_lock(self) -> bool:
        """Whether objects can be locked at all."""
        return bool(self._lock.get("ObjectLockEnabled") == "Enabled")

    @property
    def is_blank(self) -> bool:
        """Whether the bucket is as its creation left it: nobody has said anything about it since."""
        said = (
            "get_bucket_tagging",
            "get_bucket_policy",
            "get_bucket_lifecycle_configuration",
            "get_bucket_replication",
        )
        return self.object_lock and "Rule" not in self._lock and not any(self.answers[name] for name in said)

    def inputs(self) -> Properties:
        """As they would be declared; None stands for what isn't set, or not as levee sets it."""
        encryption = _encryption(self.answers["get_bucket_encryption"])
        by_default = encryption.get("ApplyServerSideEncryptionByDefault", {})
        ownership = _first(self._of("get_bucket_ownership_controls", "OwnershipControls").get("Rules"))
        retention = self._lock.get("Rule", {}).get("DefaultRetention", {})
        days, years = retention.get("Days"), retention.get("Years")
        replication = self._of("get_bucket_replication", "ReplicationConfiguration").get("Rules", ())
        return {
            "keyArn": by_default.get("KMSMasterKeyID") if by_default.get("SSEAlgorithm") == "aws:kms" else None,
            "bucketKey": encryption.get("BucketKeyEnabled", False),
            "publicAccessBlocked": self._of("get_public_access_block", "PublicAccessBlockConfiguration") == BLOCKED,
            "ownershipEnforced": ownership.get("ObjectOwnership") == OWNERSHIP,
            "policy": self.answers["get_bucket_policy"].get("Policy"),
            "versioned": self.answers["get_bucket_versioning"].get("Status") == "Enabled",
            "lockMode": retention.get("Mode"),
            "retentionDays": days or (years and years * DAYS_PER_YEAR),
            **days_of(self.answers["get_bucket_lifecycle_configuration"].get("Rules", ())),
            "replicas": sorted({rule["Destination"]["Bucket"] for rule in replication}),
            "tags": dict(from_list(self.answers["get_bucket_tagging"].get("TagSet", ()))),
        }

    @property
    def _lock(self) -> Mapping[str, Any]:
        return self._of("get_object_lock_configuration", "ObjectLockConfiguration")

    def _of(self, request: str, result: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.answers[request].get(result, {})
        return found


def _first(rules: list[Mapping[str, Any]] | None) -> Mapping[str, Any]:
    return rules[0] if rules else {}


def _encryption(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    return _first(answer.get("ServerSideEncryptionConfiguration", {}).get("Rules"))


@dataclass(frozen=True, slots=True)
class LiveBucket:
    """A bucket and all its settings."""

    region: str | None
    settings: BucketSettings

    @property
    def policy(self) -> Document | None:
        """Its policy."""
        return read_policy(self.settings.answers["get_bucket_policy"].get("Policy"), of_resource=True)


def owned(api: Api, bucket: str) -> dict[str, str]:
    """Name a bucket together with its owner: S3 then refuses one that has changed hands."""
    return {"Bucket": bucket, "ExpectedBucketOwner": api.connection.account}


async def head(api: Api, name: str) -> Mapping[str, Any] | None:
    """Whether there is such a bucket of the account; its ``BucketRegion``."""
    return await api.find("s3", "head_bucket", NO_BUCKET, **owned(api, name))


async def read_bucket(api: Api, name: str) -> LiveBucket | None:
    """All of it; None where there is no such bucket."""
    about = await head(api, name)
    if about is None:
        return None
    asked = (api.find("s3", operation, (absent,), **owned(api, name)) for operation, absent in REQUESTS.items())
    answers = await asyncio.gather(*asked)
    settings = {operation: answer or {} for operation, answer in zip(REQUESTS, answers, strict=True)}
    return LiveBucket(about.get("BucketRegion"), BucketSettings(settings))


async def key_of(api: Api, name: str) -> str | None:
    """The key that encrypts what comes in, as S3 names it; None where there is none, or no bucket."""
    absent = ("NoSuchBucket", REQUESTS["get_bucket_encryption"])
    answer = await api.find("s3", "get_bucket_encryption", absent, **owned(api, name))
    found: str | None = _encryption(answer or {}).get("ApplyServerSideEncryptionByDefault", {}).get("KMSMasterKeyID")
    return found


async def holds_anything(api: Api, bucket: str) -> bool:
    """Say whether a bucket holds an object, an older version, a delete marker or a part of an unfinished upload."""
    versions = await api.call("s3", "list_object_versions", MaxKeys=1, **owned(api, bucket))
    if versions.get("Versions") or versions.get("DeleteMarkers"):
        return True
    uploads = await api.call("s3", "list_multipart_uploads", MaxUploads=1, **owned(api, bucket))
    return bool(uploads.get("Uploads"))
