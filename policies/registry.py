"""Every rule, in order of id. Ids are never used again: `RETIRED` keeps those that are gone."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

from policies.rule import Rule, Surface
from policies.rules import (
    con002_approved_destinations,
    con003_connectors_keep_secrets,
    dur002_two_replicas_in_sync,
    idn001_writers_only_write,
    nam001_name_says_where,
    nam002_owned_and_accounted,
    pol001_waiver_within_its_terms,
    pol002_waiver_in_force,
    pol003_waiver_in_use,
    pol004_could_not_be_evaluated,
    res001_region_in_jurisdiction,
    ret001_kept_long_enough,
)

RULES: Final[tuple[Rule[Any], ...]] = (
    con002_approved_destinations.RULE,
    con003_connectors_keep_secrets.RULE,
    dur002_two_replicas_in_sync.RULE,
    idn001_writers_only_write.RULE,
    nam001_name_says_where.RULE,
    nam002_owned_and_accounted.RULE,
    pol001_waiver_within_its_terms.RULE,
    pol002_waiver_in_force.RULE,
    pol003_waiver_in_use.RULE,
    pol004_could_not_be_evaluated.RULE,
    res001_region_in_jurisdiction.RULE,
    ret001_kept_long_enough.RULE,
)

BY_ID: Final = MappingProxyType({rule.id: rule for rule in RULES})

RETIRED: Final[frozenset[str]] = frozenset()


def on(surface: Surface) -> tuple[Rule[Any], ...]:
    """The rules that are judged on a surface."""
    return tuple(rule for rule in RULES if surface in rule.surfaces)
