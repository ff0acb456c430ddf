"""What a platform must be able to make."""

from __future__ import annotations

from typing import Protocol

import pulumi

from levee.plan.part import Part
from levee.plan.planned import PlannedCredential, PlannedTopic


class Target(Protocol):
    """Registers the resources of one platform. `name` is the planned thing's key, `opts` carries its parent.

    What a platform can't make yet the plan has no part for; its `pending` says so to the user.
    """

    def topic(self, name: str, planned: PlannedTopic, opts: pulumi.ResourceOptions) -> pulumi.Resource:
        """Register the topic of a stream."""

    def part(self, part: Part, opts: pulumi.ResourceOptions | None = None) -> pulumi.Resource:
        """Register one of the plan's parts, after what it refers to and needs."""

    def credential(self, name: str, planned: PlannedCredential) -> pulumi.Resource:
        """Register the identity of a service with all its grants, after the topics that these name and the parts of
        the service that need nothing.
        """
