"""What a platform must be able to make."""

from __future__ import annotations

from typing import Protocol

import pulumi

from levee.plan.planned import PlannedArchive, PlannedCarrier, PlannedCredential, PlannedMonitor, PlannedTopic


class Target(Protocol):
    """Registers the resources of one platform. `name` is the planned thing's key, `opts` carries its parent.

    What a platform can't make yet it registers nothing for; the plan's `pending` says so to the user. `topics_only`: it
    makes nothing of a stream but its topic.
    """

    topics_only: bool

    def topic(self, name: str, planned: PlannedTopic, opts: pulumi.ResourceOptions) -> pulumi.Resource:
        """Register the topic of a stream."""

    def archive(self, name: str, planned: PlannedArchive, opts: pulumi.ResourceOptions) -> None:
        """Register the durable store of a stream."""

    def monitor(self, name: str, planned: PlannedMonitor, opts: pulumi.ResourceOptions) -> None:
        """Register what watches a stream."""

    def carrier(self, name: str, planned: PlannedCarrier, opts: pulumi.ResourceOptions) -> None:
        """Register what brings a log group's events to a stream."""

    def finish(self) -> None:
        """Register what is of the platform as a whole, after everything else."""

    def credential(self, name: str, planned: PlannedCredential) -> pulumi.Resource:
        """Register the identity of a service with all its grants, after the topics that these name."""
