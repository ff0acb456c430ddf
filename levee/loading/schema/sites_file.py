"""`stacks/sites.yaml`: places of one's own."""

from __future__ import annotations

import re
from typing import Final

from levee.catalog.region import GLOBAL, REGION_COUNTRY
from levee.loading.schema.rules import Fields, field, free_of, mapping, named, text
from levee.model.name import key_problem

_COUNTRY: Final = re.compile(r"[a-z]{2}")
_NO_COUNTRY: Final = frozenset({"eu", "uk"})  # jurisdictions; ISO 3166-1 keeps both codes from being a country's


def name_problem(value: str) -> str | None:
    """Why this can't be a site's name, or None. What the catalogue knows can't be said to lie elsewhere."""
    if value in REGION_COUNTRY or value == GLOBAL:
        return "is a region of a cloud, and the catalogue knows where it lies; name the site otherwise"
    return key_problem(value)


def country_problem(value: str) -> str | None:
    """Why this is no country's code, or None."""
    if _COUNTRY.fullmatch(value) and value not in _NO_COUNTRY:
        return None
    return "is not a country's code (ISO 3166-1, two lower-case letters); write for example de, or gb for London"


_SITE: Final[Fields] = {
    "country": field(text(free_of(country_problem)), "de", required=True),
    "address": field(text(most=1000), "Datacenter 3, Example Street 1, Frankfurt", required=True),
    "owner": field(text(), "platform-team", required=True),
}

SITES: Final[Fields] = {
    "sites": field(
        {**named(mapping(_SITE), name_problem), "minlength": 1}, "{frankfurt-1: {country: de, …}}", required=True
    ),
}
