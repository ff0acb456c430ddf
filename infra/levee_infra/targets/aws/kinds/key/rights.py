"""What `key` needs in the account."""

from __future__ import annotations

from typing import Final

from levee_infra.targets.aws.kinds.rights import Rights, rights

RIGHTS: Final[Rights] = rights(
    "kms",
    "CancelKeyDeletion CreateAlias Decrypt DescribeKey EnableKey EnableKeyRotation GenerateDataKey GetKeyPolicy "
    "GetKeyRotationStatus ListResourceTags PutKeyPolicy TagResource UntagResource UpdateAlias UpdateKeyDescription",
    "CreateKey ListAliases",
)
