"""The identity of one service in the state's tree."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from infra import type_tokens
from infra.targets.contract import Target
from levee.plan.planned import PlannedCredential


@dataclass(frozen=True, kw_only=True)
class ServiceCredentialArgs:
    """The service's planned credential and the platform that makes it."""

    credential: PlannedCredential
    target: Target


class ServiceCredential(pulumi.ComponentResource):
    """The resources of one service's identity, named by the service."""

    credential: pulumi.Resource

    def __init__(self, name: str, args: ServiceCredentialArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(type_tokens.SERVICE_CREDENTIAL, name, None, opts)
        self.credential = args.target.credential(name, args.credential, pulumi.ResourceOptions(parent=self))
        self.register_outputs({"service": args.credential.service})
