"""What `cluster_policy` needs in the account."""

from __future__ import annotations

from typing import Final

from levee_infra.targets.aws.kinds.rights import Rights, rights

RIGHTS: Final[Rights] = rights(
    "kafka",
    "DeleteClusterPolicy GetClusterPolicy PutClusterPolicy",
)
