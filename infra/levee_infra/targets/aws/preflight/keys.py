"""The keys that a plan names by ARN: usable, of this account, and nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

from levee.catalog.region import jurisdictions_of
from levee.model.origin import Origin
from levee.model.problem import Problem
from levee.plan.planned import Plan
from levee.targets.aws.block import aws_block
from levee_infra.providers.protocol.failures import FailedError
from levee_infra.targets.aws.api import Api
from levee_infra.targets.aws.arn_scope import outside
from levee_infra.targets.aws.kinds.key.live import describe
from levee_infra.targets.findings import Findings, unverified


async def look_at_keys(plan: Plan, api: Api) -> Findings:
    """Ask for each key once, however many archives it encrypts."""
    looks = (_look(plan, api, key, origin) for key, origin in named_keys(plan).items())
    return Findings(tuple(problem for problems in await asyncio.gather(*looks) for problem in problems))


def named_keys(plan: Plan) -> dict[str, Origin]:
    """The keys that exist already, by the first place that names them. The stack's own key levee makes itself."""
    named = [(plan.secrets.key, plan.origin.at("secrets", "encrypted_by"))]
    named += [(each.archive.key, each.archive.origin.at("encrypted_by")) for each in plan.archives]
    if aws_block(plan).cluster_arn is not None:
        named.append((plan.cluster.encryption.key, plan.origin.at("cluster", "encryption", "encrypted_by")))
    found: dict[str, Origin] = {}
    for key, origin in named:
        if key is not None and key != plan.own_key:
            found.setdefault(key, origin)
    return found


async def _look(plan: Plan, api: Api, key: str, origin: Origin) -> list[Problem]:
    if reason := outside(key, api.connection):
        return [Problem("outside", reason, "name a key of the stack's own account and region", origin)]
    try:
        about = await describe(api, key)
    except FailedError as error:
        return [unverified(f"the key {key}", error, origin)]
    if about is None:
        hint = "make the key first, correct its ARN, or write `stack-key` for one that levee makes"
        return [Problem("no-key", f"there is no key {key}", hint, origin)]
    return list(judge_key(plan, key, about, origin))


def judge_key(plan: Plan, key: str, about: Mapping[str, Any], origin: Origin) -> Iterator[Problem]:
    """What is wrong with a key, by its KeyMetadata."""
    if about.get("KeyState") != "Enabled":
        message = f"the key {key} is {about.get('KeyState')}: nothing can be encrypted or read with it"
        yield Problem("key-off", message, "switch it on (or cancel its deletion), or name another", origin)
    if about.get("KeySpec") != "SYMMETRIC_DEFAULT":
        message = f"the key {key} is of kind {about.get('KeySpec')}: Secrets Manager and S3 take symmetric keys only"
        yield Problem("wrong-key", message, "name a key of kind SYMMETRIC_DEFAULT", origin)
    if about.get("KeyManager") != "CUSTOMER":
        message = f"the key {key} is managed by {about.get('KeyManager')}: nobody can say who may use it"
        yield Problem("wrong-key", message, "name a customer-managed key", origin)
    for region in _regions(about):
        if plan.boundary.jurisdiction not in jurisdictions_of(region):
            message = f"the key {key} has a copy in {region}, outside jurisdiction {plan.boundary.jurisdiction}"
            hint = "name a key of one region: the copy decrypts there what lies here"
            yield Problem("key-copied-out", message, hint, origin)


def _regions(about: Mapping[str, Any]) -> list[str]:
    """Where a multi-region key lies; empty for a key of one region."""
    copies = about.get("MultiRegionConfiguration") or {}
    listed = [copies.get("PrimaryKey", {}), *copies.get("ReplicaKeys", ())]
    return sorted({str(copy["Region"]) for copy in listed if "Region" in copy})
