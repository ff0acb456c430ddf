"""Policies for the organization's owners to attach: they keep an account inside a stack's boundary.

Sources: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html and
…/orgs_manage_policies_rcps.html (services that RCPs reach, as of 2026-09), …/orgs_reference_limits.html for the sizes:
10,240 characters for an SCP since 2026-05-15, 5,120 for an RCP.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from levee.catalog.global_service import GLOBAL_SERVICES, GlobalService
from levee.catalog.partition import partition_of
from levee.diagnostics import LeveeError
from levee.fields.values import organization_problem
from levee.plan.planned import Plan
from levee.targets.aws.iam.document import Condition, Document, Effect, PolicyTooLarge, Statement
from levee.targets.aws.iam.perimeter import Insiders, deny_outsiders, deny_plain_http
from levee.targets.contract import Guardrails, Table

# Of the services that RCPs reach, those that hold a stream's records, keys, secrets and roles. Amazon MSK is none.
_PROTECTED: Final = ("firehose:*", "kms:*", "logs:*", "s3:*", "secretsmanager:*", "sqs:*", "sts:AssumeRole")

# What neither kind reaches, whatever it says.
BEYOND: Final = (
    ("the organization's management account", "no SCP or RCP binds it"),
    ("service-linked roles", "no SCP or RCP binds them"),
    ("services of AWS acting for themselves", "no SCP binds them; the RCP asks for whom they act where they say it"),
    ("copies that a service makes", "aws:RequestedRegion tells where a call goes, not where a replica is written to"),
    ("Amazon MSK", "no RCP reaches it: its cluster policy and the roles' own policies hold there"),
)


class Kind(StrEnum):
    """What a policy binds: the identities of an account, or its resources."""

    SCP = "scp"
    RCP = "rcp"

    @property
    def limit(self) -> int:
        """How many characters AWS takes, white space counted."""
        return {Kind.SCP: 10_240, Kind.RCP: 5_120}[self]


@dataclass(frozen=True, slots=True)
class Guardrail:
    """One policy, by the name that its file and its key in JSON have."""

    kind: Kind
    name: str
    document: Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The boundary to keep: one region, and who belongs. `closed` names global services that aren't exempted."""

    region: str
    insiders: Insiders
    closed: Collection[str] = ()

    def exempt(self) -> Iterator[GlobalService]:
        """What the region-deny policy lets through, by name."""
        return (service for name, service in sorted(GLOBAL_SERVICES.items()) if name not in self.closed)


def guardrails(limits: Limits, kinds: Collection[Kind] = tuple(Kind)) -> list[Guardrail]:
    """The policies of these kinds. Raises PolicyTooLarge where AWS would refuse one for its length as printed."""
    made = (
        Guardrail(Kind.SCP, "scp-region", _region(limits)),
        Guardrail(Kind.RCP, "rcp-perimeter", _perimeter(limits)),
    )
    found = [guardrail for guardrail in made if guardrail.kind in kinds]
    for guardrail in found:
        size = len(guardrail.document.pretty())
        if size > guardrail.kind.limit:
            advice = "trust fewer accounts, or a whole organization"
            raise PolicyTooLarge(guardrail.name, size, guardrail.kind.limit, advice)
    return found


def _region(limits: Limits) -> Document:
    """Deny what is asked of another region."""
    return Document(
        (
            Statement(
                effect=Effect.DENY,
                sid="DenyOtherRegions",
                not_actions=tuple(action for service in limits.exempt() for action in service.actions),
                resources=("*",),
                conditions=(Condition("StringNotEquals", "aws:RequestedRegion", (limits.region,)),),
            ),
        )
    )


def _perimeter(limits: Limits) -> Document:
    """Deny outsiders, services on their errands, and plain HTTP."""
    outsiders = deny_outsiders(limits.insiders, _PROTECTED, ["*"])
    return Document((*outsiders, deny_plain_http(_PROTECTED, ["*"])))


def of_plan(plan: Plan, kind: str, closed: Collection[str], organization: str | None) -> Guardrails:
    """See `levee.targets.guardrails`."""
    partition = partition_of(plan.boundary.region)
    if partition is None:
        raise LeveeError(f"{plan.boundary.region} is no region of AWS that levee knows", "fix `region`", exit_code=2)
    if unknown := sorted(set(closed) - GLOBAL_SERVICES.keys()):
        known = ", ".join(sorted(GLOBAL_SERVICES))
        raise LeveeError(f"--close {unknown[0]}: it isn't exempted", f"exempted are: {known}", exit_code=2)
    if organization is not None and organization_problem(organization) is not None:
        raise LeveeError(f"--organization {organization}: not an id", "write it as o-a1b2c3d4e5", exit_code=2)
    insiders = Insiders((plan.boundary.account, *plan.trusted_accounts), organization)
    limits = Limits(region=plan.boundary.region, insiders=insiders, closed=frozenset(closed))
    try:
        made = guardrails(limits, [each for each in Kind if kind in {each.value, "all"}])
    except PolicyTooLarge as error:
        hint = "see trusted_accounts in the stack's file, or --organization"
        raise LeveeError(str(error), hint, exit_code=2) from None
    tables: list[Table] = [("Beyond these policies", ("WHAT", "WHY"), BEYOND)]
    if any(each.kind is Kind.SCP for each in made):
        rows = [(each.name, each.control_plane_in(partition) or "every region", each.hole) for each in limits.exempt()]
        title = "Exempt from the region, as in AWS's own sample (--close NAME withdraws it)"
        tables.insert(0, (title, ("NAME", "RUN FROM", "LEFT OPEN"), rows))
    return Guardrails({each.name: each.document.plain() for each in made}, tables)
