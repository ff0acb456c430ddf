"""A place of one's own, where no cloud's region lies."""

from __future__ import annotations

from dataclasses import dataclass

from levee.model.origin import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One entry of `stacks/sites.yaml`: stands wherever a region does, under its `name`.

    `country` is its country's code (ISO 3166-1, lower case), `address` where it stands, in words.
    """

    name: str
    country: str
    address: str
    owner: str
    origin: Origin
