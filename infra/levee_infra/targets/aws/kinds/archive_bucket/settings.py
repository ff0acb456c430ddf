"""What S3 says of one bucket: it has no listing of many buckets' settings, and a request for each setting of one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from levee_infra.providers.protocol.properties import Properties
from levee_infra.targets.aws.kinds.archive_bucket.lifecycle import days_of
from levee_infra.targets.aws.tags import from_list

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
        encryption = _first(self._of("get_bucket_encryption", "ServerSideEncryptionConfiguration").get("Rules"))
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
