"""Plain Kafka: brokers that somebody runs, and passwords in files. There is no account to ask or to prove."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from levee.plan.planned import Plan
from levee_infra.deployed.kept import Kept
from levee_infra.deployed.record import Record, Unreadable
from levee_infra.kafka.inputs import users_configuration
from levee_infra.kafka.secret_location import file_store
from levee_infra.targets.contract import LetGo
from levee_infra.targets.findings import Findings
from levee_infra.verify.account import AccountResult
from levee_infra.verify.kept_logins import FileLogins, KeptLogins


class KafkaTarget:
    """See :class:`levee_infra.targets.contract.Target`."""

    def provider(self, plan: Plan, project: Path) -> dict[str, Any]:
        """Users are made on the brokers."""
        return {"kafka": users_configuration(plan, project)}

    def secret_store(self, plan: Plan, project: Path) -> Mapping[str, Any]:
        """A directory."""
        return file_store(plan, project)

    def preflight(self, plan: Plan, project: Path) -> Findings:  # noqa: ARG002
        """Nothing beside the cluster."""
        return Findings()

    def logins(self, plan: Plan, project: Path) -> KeptLogins:
        """Those of the directory."""
        return FileLogins.of(file_store(plan, project))

    async def prove(
        self,
        plan: Plan,  # noqa: ARG002
        project: Path,  # noqa: ARG002
        recorded: Record | Unreadable,  # noqa: ARG002
        services: Collection[str] = (),  # noqa: ARG002
    ) -> tuple[AccountResult, ...]:
        """Nothing."""
        return ()

    def caller(self, plan: Plan, project: Path) -> str | None:  # noqa: ARG002
        """Nobody but the administrator of the cluster."""
        return None

    def let_go(self, plan: Plan, project: Path) -> tuple[LetGo, ...]:  # noqa: ARG002
        """Nothing: nobody lists what a cluster holds of no stack."""
        return ()

    def stayed(self, plan: Plan, project: Path, kept: Iterable[Kept]) -> tuple[Kept, ...]:  # noqa: ARG002
        """All: the cluster's state says so."""
        return tuple(kept)
