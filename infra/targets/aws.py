"""Streams in an AWS account: topics as on any Kafka, passwords in Secrets Manager under a key of the stack's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pulumi

from infra import type_tokens
from infra.secret_location import aws_connection
from infra.targets.kafka import KafkaTarget
from levee.catalog.partition import partition_of
from levee.iam.key_policy import key_policy
from levee.plan.build import stack_key_arn
from levee.plan.planned import Plan, PlannedCredential

TAG: Final = "levee:"


class AwsResource(pulumi.CustomResource):
    """One `levee:aws:*` resource (infra/providers/levee/aws)."""

    arn: pulumi.Output[str]

    def __init__(self, token: str, name: str, inputs: Mapping[str, Any], opts: pulumi.ResourceOptions) -> None:
        super().__init__(token, name, {**inputs, "arn": None}, opts)


class AwsTarget(KafkaTarget):
    """Registers what a stack on aws adds to its Kafka cluster. One key encrypts whatever names `stack-key`."""

    def __init__(self, plan: Plan, project: Path) -> None:
        super().__init__(plan, project)
        self._plan = plan
        boundary = plan.boundary
        self._stack_key = stack_key_arn(plan.stack, boundary.account, boundary.region)
        self._keys: dict[str, pulumi.Input[str]] = {}
        declared = {plan.secrets.key, *(archive.archive.key for archive in plan.archives)}
        if self._stack_key in declared:
            self._keys[self._stack_key] = self._make_key().arn

    def _sections(self, plan: Plan, project: Path) -> Mapping[str, Any]:
        return {"aws": aws_connection(plan, project)}

    def credential(self, name: str, planned: PlannedCredential, opts: pulumi.ResourceOptions) -> None:
        """Register the secrets of all valid generations, then the credential that fills them."""
        if self._plan.secrets.kind != "aws-secrets-manager":
            super().credential(name, planned, opts)
            return
        secrets = [self._secret(planned, username, opts) for username in planned.usernames]
        super().credential(
            name, planned, pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=secrets))
        )

    def _secret(self, planned: PlannedCredential, username: str, opts: pulumi.ResourceOptions) -> AwsResource:
        secrets = self._plan.secrets
        inputs = {
            "name": f"{secrets.prefix}{username}",
            "keyArn": self._key(secrets.key),
            "description": f"Kafka password of {username}, stack {self._plan.stack}",
            "tags": self._tags(username, owner=planned.owner),
        }
        return self._register(type_tokens.AWS_SECRET, username, inputs, opts)

    def _make_key(self) -> AwsResource:
        plan, boundary = self._plan, self._plan.boundary
        partition = partition_of(boundary.region)
        if partition is None:
            raise pulumi.RunError(f"{boundary.region} is not a region of AWS that levee knows")
        root = f"arn:{partition.name}:iam::{boundary.account}:root"
        inputs = {
            "description": f"Secrets and archives of stack {plan.stack}",
            "alias": self._stack_key.rsplit(":", 1)[1],
            "policy": key_policy(boundary.account, boundary.region, [root], [root]).compact(),
            "tags": self._tags("stack-key", owner=plan.owner),
        }
        # What it encrypts can't be read without it: like a regulated topic, it goes in two steps.
        return self._register(type_tokens.AWS_KEY, "stack-key", inputs, pulumi.ResourceOptions(protect=True))

    def _key(self, declared: str | None) -> pulumi.Input[str] | None:
        return None if declared is None else self._keys.get(declared, declared)

    def _tags(self, resource: str, **about: str) -> dict[str, str]:
        identity = {"managed-by": "levee", "stack": self._plan.stack, "resource": resource}
        return {f"{TAG}{name}": value for name, value in {**identity, **about}.items()}

    def _register(self, token: str, name: str, inputs: Mapping[str, Any], opts: pulumi.ResourceOptions) -> AwsResource:
        return AwsResource(
            token, name, inputs, pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(provider=self.levee))
        )
