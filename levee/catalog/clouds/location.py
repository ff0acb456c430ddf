"""Where a name puts its resource."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

LOOPBACK: Final = "loopback"
"""Stands in the cloud's place for the machine itself: wherever the one lies who uses the name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """What a name says. What it doesn't say is empty.

    `cloud` is empty for a name that is of no cloud that is known: a host of one's own. `region` is a region of the
    cloud, `global` (levee.catalog.region.GLOBAL) for what is served from anywhere, or an area of several regions
    (levee.catalog.region.AREAS). `account` is an AWS account, an IBM Cloud account, a project, a subscription.
    """

    cloud: str = ""
    partition: str = ""
    service: str = ""
    region: str = ""
    account: str = ""


OWN: Final = Location()

OF_IDENTITIES: Final = frozenset({"iam", "sts", "organizations", "iam-identity"})
"""Services that hold identities and no records: their names need tell no region."""

Labels = Sequence[str]
"""A host name's labels, left of the domain that is the cloud's."""

Reader = Callable[[Labels], Location]
Domains = Mapping[str, Reader]


def domains(reader: Callable[[str], Reader], names: str) -> Domains:
    """The same reader for several domains, each with its own."""
    return MappingProxyType({name: reader(name) for name in names.split()})


def countries(regions: Mapping[str, str]) -> Mapping[str, str]:
    """From `{country: "region region"}` to the country of each region."""
    return MappingProxyType({region: country for country, listed in regions.items() for region in listed.split()})
