"""Whose account a place is of, as the rules on accounts ask it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from levee.catalog.clouds.location import Location
from levee.catalog.clouds.resolve import clouds
from levee.plan.places import Form, NamedPlace

_BUCKETS: Final = frozenset({"s3", "bucket"})


def accounts_of(named: NamedPlace) -> Iterator[str]:
    """The accounts that a place names; empty for a name that should tell one and doesn't.

    A bucket's name carries none: there what its file declares counts.
    """
    if named.form is Form.ACCOUNT:
        yield named.text
    elif named.form is Form.NAME:
        locations = tuple(clouds(named.text))
        yield from (location.account for location in locations if location.account)
        if all(location.account for location in locations) and (locations or not named.is_bucket):
            return
        if named.is_bucket or _are_buckets(named, locations):
            yield named.declared.account or ""
        elif named.text.startswith(("arn:", "crn:")):
            yield ""


def _are_buckets(named: NamedPlace, locations: Sequence[Location]) -> bool:
    """Whether buckets are meant: an endpoint in a setting is none yet."""
    return not named.what.startswith("setting") and any(location.service in _BUCKETS for location in locations)
