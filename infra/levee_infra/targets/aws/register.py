"""Streams in an AWS account: topics as on any Kafka, passwords in Secrets Manager under a key of the stack's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from levee.plan.planned import Plan
from levee_infra.secret_location import aws_connection
from levee_infra.targets.kafka.register import KafkaTarget


class AwsTarget(KafkaTarget):
    """Registers topics, credentials and the plan's parts. Their provider knows the account beside the cluster."""

    def _sections(self, plan: Plan, project: Path, connection: Mapping[str, Any]) -> Mapping[str, Any]:
        sections = {"aws": aws_connection(plan, project)}
        if plan.msk_cluster is not None:
            sections["kafka"] = {**connection, "users": "external"}  # MSK makes them, of the secrets
        return sections
