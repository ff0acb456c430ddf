"""What a platform must be able to make."""

from __future__ import annotations

from typing import Protocol

import pulumi

from levee.plan.planned import PlannedCredential, PlannedTopic


class Target(Protocol):
    """Registers the resources of one platform. `name` is the planned thing's key, `opts` carries its parent."""

    def topic(self, name: str, planned: PlannedTopic, opts: pulumi.ResourceOptions) -> pulumi.Resource:
        """Register the topic of a stream."""

    def credential(self, name: str, planned: PlannedCredential, opts: pulumi.ResourceOptions) -> pulumi.Resource:
        """Register the identity of a service with all its grants."""
