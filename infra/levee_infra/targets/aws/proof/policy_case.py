"""Requests that live policies must let through or refuse, decided by levee.targets.aws.iam.evaluate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from levee.plan.planned import Plan
from levee.targets.aws.iam.document import Principal
from levee.targets.aws.iam.evaluate import Decision, Outcome, Policies, evaluate
from levee.targets.aws.iam.request import Request, Values
from levee_infra.verify.account import AccountCheck, AccountResult
from levee_infra.verify.answer import Verdict

SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class PolicyCase:
    """A request, the policies that have a say, and whether it must go through."""

    request: Request
    policies: Policies
    allowed: bool


def request(
    plan: Plan, principal: Principal, action: str, resource: str, context: Mapping[str, Values | None] | None = None
) -> Request:
    """A request in the stack's account and region."""
    return Request(
        action=action,
        resource=resource,
        principal=principal,
        account=plan.boundary.account,
        region=plan.boundary.region,
        context=context or {},
    )


def tried(check: AccountCheck, name: str, cases: Iterable[PolicyCase]) -> AccountResult:
    """Decide on all of them; the worst is the claim's verdict. With nothing to try nothing is known.

    Trying ends once there are enough surprises to show: a policy that is wide open is wide open for thousands.
    """
    count, surprises, unknown = 0, list[str](), list[str]()
    for case in cases:
        count += 1
        decision = evaluate(case.request, case.policies)
        match _verdict(case, decision):
            case Verdict.SURPRISE:
                surprises.append(_words(case, decision))
            case Verdict.UNKNOWN:
                unknown.append(_words(case, decision))
        if len(surprises) == SHOWN:
            break
    if surprises:
        return check.fails(name, "; ".join(surprises))
    if unknown or not count:
        return check.unknown(name, "; ".join(unknown[:SHOWN]) or "there is nothing to try it on")
    return check.holds(name, f"{count} request{'s' if count != 1 else ''} evaluated")


def _verdict(case: PolicyCase, decision: Decision) -> Verdict:
    if decision.outcome is Outcome.UNKNOWN:
        return Verdict.UNKNOWN
    return Verdict.AS_DECLARED if decision.allowed == case.allowed else Verdict.SURPRISE


def _words(case: PolicyCase, decision: Decision) -> str:
    asked = case.request
    return f"{asked.action} on {asked.resource} by {asked.principal.name}: {decision.outcome} ({decision.by})"
