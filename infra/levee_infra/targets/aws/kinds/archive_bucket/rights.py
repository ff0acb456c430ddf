"""What `archive_bucket` needs in the account."""

from __future__ import annotations

from typing import Final

from levee_infra.targets.aws.kinds.rights import Rights, rights

RIGHTS: Final[Rights] = rights(
    "s3",
    "CreateBucket GetReplicationConfiguration ListBucket ListBucketMultipartUploads ListBucketVersions TagResource "
    "GetBucketObjectLockConfiguration GetBucketOwnershipControls GetBucketPolicy GetBucketPublicAccessBlock "
    "GetBucketTagging GetBucketVersioning GetEncryptionConfiguration GetLifecycleConfiguration "
    "PutBucketObjectLockConfiguration PutBucketOwnershipControls PutBucketPolicy PutBucketPublicAccessBlock "
    "PutBucketTagging PutBucketVersioning PutEncryptionConfiguration PutLifecycleConfiguration",
)
