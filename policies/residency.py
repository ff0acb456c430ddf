"""Whether a place lies in a jurisdiction, as the rules on residency ask it."""

from __future__ import annotations

from levee.catalog.region import GLOBAL, jurisdictions_of
from policies.rule import Violation


def astray(what: str, region: str, jurisdiction: str, fix: str, key: str = "region") -> Violation | None:
    """The violation of what lies in `region` and should be in `jurisdiction`; None where it is.

    A region that the catalogue doesn't know is unknown. What lies in no region, `global`, is RLS-RES-007's affair.
    """
    if region == GLOBAL:
        return None
    inside = jurisdictions_of(region)
    if not inside:
        return Violation(
            current=f"{what} is in region {region or '(none)'}, which the catalogue doesn't know",
            expected=f"a region in {jurisdiction}",
            fix="correct the region, or add it to levee/catalog/region.py with its source",
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
