"""Requests that live policies must let through or refuse, decided by levee.iam.evaluate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from levee.iam.document import Principal
from levee.iam.evaluate import Decision, Outcome, Policies, evaluate
from levee.iam.request import Request, Values
from levee.plan.planned import Plan
from levee_infra.targets.aws.proof.check import AccountClaim, AccountOutcome
from levee_infra.verify.answer import Verdict

SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Trial:
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


def tried(claim: AccountClaim, name: str, trials: Iterable[Trial]) -> AccountOutcome:
    """Decide on all of them; the worst is the claim's verdict. With nothing to try nothing is known.

    Trying ends once there are enough surprises to show: a policy that is wide open is wide open for thousands.
    """
    count, surprises, unknown = 0, list[str](), list[str]()
    for trial in trials:
        count += 1
        decision = evaluate(trial.request, trial.policies)
        match _verdict(trial, decision):
            case Verdict.SURPRISE:
                surprises.append(_words(trial, decision))
            case Verdict.UNKNOWN:
                unknown.append(_words(trial, decision))
        if len(surprises) == SHOWN:
            break
    if surprises:
        return claim.fails(name, "; ".join(surprises))
    if unknown or not count:
        return claim.untold(name, "; ".join(unknown[:SHOWN]) or "there is nothing to try it on")
    return claim.holds(name, f"{count} request{'s' if count != 1 else ''} evaluated")


def _verdict(trial: Trial, decision: Decision) -> Verdict:
    if decision.outcome is Outcome.UNKNOWN:
        return Verdict.UNKNOWN
    return Verdict.AS_DECLARED if decision.allowed == trial.allowed else Verdict.SURPRISE


def _words(trial: Trial, decision: Decision) -> str:
    asked = trial.request
    return f"{asked.action} on {asked.resource} by {asked.principal.name}: {decision.outcome} ({decision.by})"
