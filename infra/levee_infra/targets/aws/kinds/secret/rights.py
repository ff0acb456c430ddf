"""What `secret` needs in the account."""

from __future__ import annotations

from typing import Final

from levee_infra.targets.aws.kinds.rights import Rights, rights

RIGHTS: Final[Rights] = rights(
    "secretsmanager",
    "CreateSecret DeleteSecret DescribeSecret GetSecretValue PutSecretValue RemoveRegionsFromReplication "
    "RestoreSecret TagResource UntagResource UpdateSecret",
    "BatchGetSecretValue ListSecrets",
)
