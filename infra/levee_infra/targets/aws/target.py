"""Streams in an AWS account: MSK or any Kafka, passwords in Secrets Manager, archives, alarms, log subscriptions."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from levee.diagnostics import LeveeError
from levee.plan.planned import Plan
from levee_infra.deployed.kept import Kept
from levee_infra.deployed.record import Record, Unreadable
from levee_infra.kafka.inputs import users_configuration
from levee_infra.kafka.secret_location import file_store
from levee_infra.providers.protocol.failures import FailedError, RefusedError
from levee_infra.targets.aws.account import account_api, provider_connection
from levee_infra.targets.aws.kept_logins import secrets_manager_logins
from levee_infra.targets.aws.let_go import stayed, things_let_go
from levee_infra.targets.aws.preflight.account import look_at_account
from levee_infra.targets.aws.proof.prove import prove_account
from levee_infra.targets.contract import LetGo
from levee_infra.targets.findings import Findings
from levee_infra.verify.account import AccountResult
from levee_infra.verify.kept_logins import FileLogins, KeptLogins


class AwsTarget:
    """See :class:`levee_infra.targets.contract.Target`."""

    def provider(self, plan: Plan, project: Path) -> dict[str, Any]:
        """The account, and the cluster. MSK makes users itself, of the secrets."""
        external = {"users": "external"} if plan.block.runs_brokers else {}
        return {
            "kafka": {**users_configuration(plan, project), **external},
            "aws": provider_connection(plan, project),
        }

    def secret_store(self, plan: Plan, project: Path) -> Mapping[str, Any]:
        """Secrets Manager, or a directory."""
        if not plan.secrets.in_aws:
            return file_store(plan, project)
        return {"kind": "secrets-manager", "prefix": plan.secrets.prefix, **provider_connection(plan, project)}

    def preflight(self, plan: Plan, project: Path) -> Findings:
        """Who calls, and the cluster, keys, buckets and topics that the plan names."""
        return look_at_account(plan, project)

    def logins(self, plan: Plan, project: Path) -> KeptLogins:
        """Those of the store."""
        if plan.secrets.in_aws:
            return secrets_manager_logins(plan, project, self.secret_store(plan, project))
        return FileLogins.of(file_store(plan, project))

    async def prove(
        self, plan: Plan, project: Path, recorded: Record | Unreadable, services: Collection[str] = ()
    ) -> tuple[AccountResult, ...]:
        """What policies come to, and whether everything is as declared."""
        return await prove_account(plan, project, recorded, services)

    def caller(self, plan: Plan, project: Path) -> str | None:
        """The ARN of who calls."""
        return asyncio.run(_caller(plan, project))

    def let_go(self, plan: Plan, project: Path) -> tuple[LetGo, ...]:
        """By their tags."""
        return things_let_go(plan, project)

    def stayed(self, plan: Plan, project: Path, kept: Iterable[Kept]) -> tuple[Kept, ...]:
        """By what S3 and KMS say of each."""
        return stayed(plan, project, kept)


async def _caller(plan: Plan, project: Path) -> str | None:
    try:
        api = account_api(plan, project)
        try:
            return str((await api.call("sts", "get_caller_identity"))["Arn"])
        finally:
            await api.close()
    except (LeveeError, FailedError, RefusedError):
        return None
