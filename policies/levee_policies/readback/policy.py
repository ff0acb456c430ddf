"""Resources that hold a policy which lets somebody in: roles with their trust, keys, the cluster's own policy."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from levee.model.origin import Origin
from levee.plan.observed import AccessPolicy
from levee_policies.readback.registered import Registered

HELD: Final[Mapping[str, str]] = MappingProxyType(
    {"levee:aws:Role": "trust", "levee:aws:ClusterPolicy": "policy", "levee:aws:Key": "policy"}
)
"""The property that holds the policy. Those of buckets and secrets name what isn't known before it is made."""


def policy(resource: Registered) -> AccessPolicy:
    """The policy of one resource."""
    key = HELD[resource.type]
    return AccessPolicy(
        name=resource.name,
        role=resource.text("name") if key == "trust" else None,
        text=resource.text(key),
        origin=Origin("", (), resource.urn),
    )
