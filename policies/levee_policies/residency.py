"""Whether a place lies in a jurisdiction, as the rules on residency ask it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from levee.catalog.clouds.location import LOOPBACK, OF_IDENTITIES, Location
from levee.catalog.clouds.resolve import clouds, resolve
from levee.catalog.region import GLOBAL, countries_in
from levee.plan.places import Form, NamedPlace
from levee_policies.facts import Facts
from levee_policies.rule import Violation

UNHEARD_OF: Final = "correct the region; a place of your own is named in stacks/sites.yaml, with its country"


def regions_of(named: NamedPlace) -> tuple[str, ...]:
    """The regions that a place's name tells, each once; those it doesn't tell left out."""
    if named.form is Form.REGION:
        return (named.text,)
    if named.form is Form.ACCOUNT:
        return ()
    found = (location.region for location in clouds(named.text) if location.service not in OF_IDENTITIES)
    return tuple(dict.fromkeys(region for region in found if region))


def astray(facts: Facts, named: NamedPlace, fix: str) -> Iterator[Violation]:
    """What is wrong with where it lies: outside the stack's jurisdiction or a class's, or in a region nobody knows.

    The stack's own region is RLS-RES-001's affair, what lies in no region, `global`, RLS-RES-007's.
    """
    for region in regions_of(named):
        if region not in {GLOBAL, facts.plan.boundary.region}:
            yield from _astray(facts, named, region, fix)


def _astray(facts: Facts, named: NamedPlace, region: str, fix: str) -> Iterator[Violation]:
    jurisdiction, confinement = facts.plan.boundary.jurisdiction, facts.confinement(named.stream)
    countries = facts.countries_of(region, area=named.form is Form.NAME)
    what = f"the {named.what} of {named.subject} is in {region}"
    if not countries:
        yield Violation(
            current=f"{what}, which nobody knows",
            expected=f"a region in {jurisdiction}",
            fix=UNHEARD_OF,
            unknown=True,
        )
    elif not countries <= countries_in(jurisdiction):
        yield Violation(
            current=f"{what}, which lies in {', '.join(sorted(facts.jurisdictions_of(region))) or region}",
            expected=f"a region in {jurisdiction}, the stack's jurisdiction",
            fix=fix,
        )
    elif confinement is not None and not countries <= confinement.countries:
        yield Violation(
            current=f"{what}, outside the jurisdictions of class {confinement.by}",
            expected=f"a region in {', '.join(confinement.jurisdictions) or 'none: its classes have none in common'}",
            fix=fix,
        )


def unplaced(named: NamedPlace, fix: str, *, own_hosts: bool) -> Iterator[Violation]:
    """That nothing tells where it lies: neither its name, nor its file, nor an entry in the register of third parties.

    `own_hosts`: a name of no cloud counts, too. Services without regions tell none, and need not.
    """
    if named.form is not Form.NAME or named.declared.region is not None or named.on_record:
        return
    if any(_tells_nothing(location, own_hosts=own_hosts) for location in resolve(named.text)):
        yield Violation(
            current=f"the {named.what} of {named.subject} doesn't tell where it lies",
            expected="a name that tells its region, or the region beside it",
            fix=fix,
            unknown=True,
        )


def _tells_nothing(location: Location, *, own_hosts: bool) -> bool:
    if location.region or location.cloud == LOOPBACK or location.service in OF_IDENTITIES:
        return False
    return own_hosts or bool(location.cloud)
