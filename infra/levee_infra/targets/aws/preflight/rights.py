"""Whether the caller holds what the plan needs, and holds much more: asked of IAM's own policy simulator.

Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html. It knows the caller's
policies, its boundary and the organization's service control policies without conditions; policies of resources it is
not given. A session's own policy is not known to it.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from levee.catalog.partition import partition_of
from levee.model.problem import Problem
from levee.plan.planned import Plan
from levee_infra.providers.protocol.failures import FailedError
from levee_infra.targets.aws.api import Api
from levee_infra.targets.aws.preflight.caller import Unsimulated, policy_source
from levee_infra.targets.aws.preflight.needs import DANGEROUS, EVERYTHING, Need, needs
from levee_infra.targets.findings import MISSING_RIGHTS, Findings

WITHOUT_REGION: Final = frozenset({"iam", "organizations"})


@dataclass(frozen=True, slots=True)
class Decision:
    """What the simulator says of one action. `missing`: keys of conditions whose values nobody knows beforehand."""

    action: str
    allowed: bool
    missing: tuple[str, ...]

    @classmethod
    def read(cls, result: Mapping[str, Any]) -> Decision:
        """Read one EvaluationResult, of a simulation of one resource. Whatever limits the caller has a say."""
        limits = (
            result.get("OrganizationsDecisionDetail", {}).get("AllowedByOrganizations", True),
            result.get("PermissionsBoundaryDecisionDetail", {}).get("AllowedByPermissionsBoundary", True),
        )
        parts = [result, *result.get("ResourceSpecificResults", ())]
        missing = {key for part in parts for key in part.get("MissingContextValues", ())}
        return cls(
            str(result["EvalActionName"]), result["EvalDecision"] == "allowed" and all(limits), tuple(sorted(missing))
        )


async def look_at_rights(plan: Plan, api: Api, caller: str) -> Findings:
    """Ask for all that the plan needs, and for what nobody should hold on everything. An unknown right is a warning:
    the account itself refuses what isn't allowed.
    """
    try:
        source = await policy_source(api, caller)
        simulate = _Simulator(plan, api, source)
        wanted = (simulate.ask(need) for need in _by_region(needs(plan)))
        answers, risky = await asyncio.gather(
            asyncio.gather(*wanted), asyncio.gather(*map(simulate.ask, _by_region([_dangerous()])))
        )
    except (Unsimulated, FailedError) as reason:
        return Findings(warnings=(f"whether the caller may do all that the plan needs can't be determined: {reason}",))
    decisions = [decision for answer in answers for decision in answer]
    return Findings(
        tuple(_lacking(plan, caller, decisions)),
        (*_unsure(caller, decisions), *_excessive(caller, [decision for answer in risky for decision in answer])),
    )


class _Simulator:
    """Simulations of one identity, for one stack's resources."""

    def __init__(self, plan: Plan, api: Api, source: str) -> None:
        self._api, self._source = api, source
        boundary, partition = plan.boundary, partition_of(plan.boundary.region)
        self._regional, self._global = boundary.region, partition.global_region if partition else boundary.region
        tags = {"levee:managed-by": "levee", "levee:project": plan.project, "levee:stack": plan.stack}
        self._known = {
            **{f"aws:RequestTag/{name}": value for name, value in tags.items()},
            **{f"aws:ResourceTag/{name}": value for name, value in tags.items()},
            "aws:PrincipalAccount": boundary.account,
            "aws:PrincipalArn": source,
            "aws:ResourceAccount": boundary.account,
            "kms:CallerAccount": boundary.account,
        }

    async def ask(self, need: Need) -> Sequence[Decision]:
        """Decide on each action."""
        without_region = need.actions[0].partition(":")[0] in WITHOUT_REGION
        known = {**self._known, "aws:RequestedRegion": self._global if without_region else self._regional}
        entries = [_entry(name, value, "string") for name, value in sorted(known.items())]
        results = await self._api.pages(
            "iam",
            "simulate_principal_policy",
            "EvaluationResults",
            PolicySourceArn=self._source,
            ActionNames=list(need.actions),
            ResourceArns=[need.resource],
            ContextEntries=[*entries, _entry("aws:SecureTransport", "true", "boolean")],
        )
        return [Decision.read(result) for result in results]


def _entry(name: str, value: str, kind: str) -> dict[str, Any]:
    return {"ContextKeyName": name, "ContextKeyValues": [value], "ContextKeyType": kind}


def _dangerous() -> Need:
    return Need(EVERYTHING, tuple(DANGEROUS))


def _by_region(wanted: Iterable[Need]) -> Iterator[Need]:
    """Apart for services with and without regions: a policy may ask where a request goes."""
    for need in wanted:
        for without_region in (False, True):
            actions = tuple(a for a in need.actions if (a.partition(":")[0] in WITHOUT_REGION) is without_region)
            if actions:
                yield Need(need.resource, actions)


def _lacking(plan: Plan, caller: str, decisions: Iterable[Decision]) -> Iterator[Problem]:
    lacking = {decision.action for decision in decisions if not decision.allowed and not decision.missing}
    if lacking:
        message = f"the caller {caller} may not do what the plan needs: {_listed(lacking)}"
        hint = "let it do these, or use credentials that may; nothing was changed"
        yield Problem(MISSING_RIGHTS, message, hint, plan.origin.at("account"))


def _unsure(caller: str, decisions: Iterable[Decision]) -> Iterator[str]:
    unsure = [decision for decision in decisions if not decision.allowed and decision.missing]
    if unsure:
        keys = sorted({key for decision in unsure for key in decision.missing})
        actions = _listed({decision.action for decision in unsure})
        yield f"whether the caller {caller} may do {actions} is unknown: its policies ask for {', '.join(keys)}"


def _excessive(caller: str, decisions: Iterable[Decision]) -> Iterator[str]:
    found = {decision.action for decision in decisions if decision.allowed}
    if found:
        could = "; ".join(f"{DANGEROUS[action]} ({action})" for action in DANGEROUS if action in found)
        yield f"the caller {caller} may do more than any stack needs. It could {could}"


def _listed(actions: Collection[str]) -> str:
    """The actions by service, as `kms: CreateKey, TagResource; tag: GetResources`."""
    by_service: defaultdict[str, list[str]] = defaultdict(list)
    for action in sorted(actions):
        service, _, name = action.partition(":")
        by_service[service].append(name)
    return "; ".join(f"{service}: {', '.join(names)}" for service, names in by_service.items())
