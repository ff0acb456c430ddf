"""What a target is, live: everything else asks it and names no cloud."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pulumi

from levee.plan.planned import Plan, PlannedArchive, PlannedCarrier, PlannedCredential, PlannedMonitor, PlannedTopic
from levee_infra.deployed.kept import Kept
from levee_infra.targets.findings import Findings
from levee_infra.verify.account import Proves


class Registration(Protocol):
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


@dataclass(frozen=True, slots=True, kw_only=True)
class LetGo:
    """A thing that a stack let go of on the day `since` and that still exists. `locked_until` None: it locks nothing.

    `state` says how it is, `next` what its owner can do.
    """

    what: str
    name: str
    since: str
    locked_until: str | None
    state: str
    next: str


class Target(Proves, Protocol):
    """One platform. What it has nothing of, it answers with nothing. All raise LeveeError where nobody can be asked."""

    def registration(self, plan: Plan, project: Path, *, holds_on_destroy: bool) -> Registration:
        """What registers a plan; `holds_on_destroy`: its providers refuse to destroy a stack that protects anything."""

    def credential_provider(self, plan: Plan, project: Path) -> dict[str, Any]:
        """The section `kafka` of the levee provider's configuration: the cluster, and who makes its users."""

    def secret_store(self, plan: Plan, project: Path) -> Mapping[str, Any]:
        """Where passwords are kept, as `levee:kafka:ServiceCredential` takes it."""

    def preflight(self, plan: Plan, project: Path) -> Findings:
        """What the platform, its Kafka cluster aside, says of a plan before anything is registered."""

    def caller(self, plan: Plan, project: Path) -> str | None:
        """Who runs this by the platform's word; None where it has none, or doesn't tell."""

    def let_go(self, plan: Plan, project: Path) -> tuple[LetGo, ...]:
        """What the stack let go of and its account still holds, in order."""

    def stayed(self, plan: Plan, project: Path, kept: Iterable[Kept]) -> tuple[Kept, ...]:
        """Those that are there after all; where that can't be told, all of them."""
