"""Whether a place lies in a jurisdiction, as the rules on residency ask it."""

from __future__ import annotations

from typing import Final

from levee.catalog.region import GLOBAL
from policies.facts import Facts
from policies.rule import Violation

UNHEARD_OF: Final = "correct the region; a place of your own is named in stacks/sites.yaml, with its country"


def astray(facts: Facts, what: str, region: str, fix: str, key: str = "region") -> Violation | None:
    """The violation of what lies in `region` and should be in the stack's jurisdiction; None where it is.

    A region that neither the catalogue nor the project's sites know is unknown. What lies in no region, `global`, is
    RLS-RES-007's affair.
    """
    if region == GLOBAL:
        return None
    jurisdiction, inside = facts.plan.boundary.jurisdiction, facts.jurisdictions_of(region)
    if not inside:
        return Violation(
            current=f"{what} is in region {region or '(none)'}, which nobody knows",
            expected=f"a region in {jurisdiction}",
            fix=UNHEARD_OF,
            at=(key,),
            unknown=True,
        )
    if jurisdiction in inside:
        return None
    return Violation(
        current=f"{what} is in {region}, which lies in {', '.join(sorted(inside))}",
        expected=f"a region in {jurisdiction}, the stack's jurisdiction",
        fix=fix,
        at=(key,),
    )
