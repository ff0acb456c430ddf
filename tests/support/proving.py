"""Proofs of a deployment, and faults planted on its cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    ResourcePatternType,
    ResourceType,
)

from levee.clock import SYSTEM_CLOCK
from levee.model.service import Previous
from levee.plan.planned import Plan, PlannedCredential
from levee_infra.engines.record import record_if_readable
from levee_infra.targets.registry import target_of
from levee_infra.verify.answer import Verdict
from levee_infra.verify.discrepancy import Kind
from levee_infra.verify.probe import Probe
from levee_infra.verify.proof import Proof, Scope, prove
from tests.support.cluster import LocalCluster
from tests.support.deployment import Deployment
from tests.support.live_credentials import create_acl, delete_acl


def proof_of(stack: Deployment, plan: Plan, *services: str, write: bool = False) -> Proof:
    chosen = [stack.service(name) for name in services]
    scope = Scope(
        plan=plan,
        project=stack.project,
        recorded=record_if_readable(stack.project, plan.stack),
        as_of=SYSTEM_CLOCK.today(),
        services=chosen,
        write=write,
    )
    return prove(scope, target_of(plan), lambda _: None)


def differences(proof: Proof) -> set[tuple[Kind, str, str]]:
    return {(each.kind, each.what, each.found) for each in proof.discrepancies}


def surprises(proof: Proof) -> set[tuple[str, Probe]]:
    """Who could do what it may not, or could not do what it may."""
    return {(o.check.username, o.check.probe) for o in proof.outcomes if o.verdict is Verdict.SURPRISE}


def unknowns(proof: Proof) -> set[str]:
    return {o.observation.evidence for o in proof.outcomes if o.verdict is Verdict.UNKNOWN}


def acl(
    principal: str, kind: str, name: str, operation: str, *, prefixed: bool = False, deny: bool = False
) -> AclBinding:
    return AclBinding(
        ResourceType[kind],  # BROKER is what this client calls the cluster
        name,
        ResourcePatternType.PREFIXED if prefixed else ResourcePatternType.LITERAL,
        f"User:{principal}",
        "*",
        AclOperation[operation],
        AclPermissionType.DENY if deny else AclPermissionType.ALLOW,
    )


@contextmanager
def planted(cluster: LocalCluster, *acls: AclBinding) -> Iterator[None]:
    for each in acls:
        create_acl(cluster, each)
    try:
        yield
    finally:
        for each in acls:
            delete_acl(cluster, each)


@contextmanager
def removed(cluster: LocalCluster, each: AclBinding) -> Iterator[None]:
    delete_acl(cluster, each)
    try:
        yield
    finally:
        create_acl(cluster, each)


def revoking_previous(credential: PlannedCredential) -> PlannedCredential:
    """The credential with the generation before its present one revoked."""
    assert credential.scram is not None
    return replace(credential, realized_as=replace(credential.scram, previous=Previous.REVOKED))
