"""`stacks/sites.yaml`: places of one's own."""

from __future__ import annotations

from typing import Final

from levee.catalog.country import COUNTRIES, NO_COUNTRIES
from levee.catalog.region import GLOBAL, REGION_COUNTRY
from levee.catalog.region_form import looks_like_region
from levee.fields.rules import Fields, field, free_of, mapping, named, text
from levee.model.name import key_problem


def name_problem(value: str) -> str | None:
    """Why this can't be a site's name, or None. What the catalogue knows can't be said to lie elsewhere."""
    if value in REGION_COUNTRY or value == GLOBAL:
        return "is a region of a cloud, and the catalogue knows where it lies; name the site otherwise"
    if looks_like_region(value):
        return "looks like a region of a cloud, which is no site; name it after its place, for example frankfurt-1"
    return key_problem(value)


def country_problem(value: str) -> str | None:
    """Why this is no country's code, or None."""
    if value in COUNTRIES:
        return None
    hint = "write it in lower case" if value.lower() in COUNTRIES else "write for example de, or gb for London"
    return f"is not a country's code (ISO 3166-1, two lower-case letters); {NO_COUNTRIES.get(value.lower(), hint)}"


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
