"""Whose account a place is of, as the rules on accounts ask it."""

from __future__ import annotations

from collections.abc import Iterator
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
        for location in clouds(named.text):
            if location.account:
                yield location.account
            elif _is_bucket(named, location):
                yield named.declared.account or ""
            elif named.text.startswith(("arn:", "crn:")):
                yield ""


def _is_bucket(named: NamedPlace, location: Location) -> bool:
    """Whether a bucket is meant: an endpoint in a setting is none yet."""
    return location.service in _BUCKETS and not named.what.startswith("setting")
