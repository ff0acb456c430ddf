"""What a broker's rack says of where it stands.

`broker.rack` is free text to Kafka. `region/zone` is levee's convention (docs/reference/stack-files.md); Amazon MSK
writes the zone's id, such as `euc1-az2`: https://docs.aws.amazon.com/global-infrastructure/latest/regions/az-ids.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from levee.catalog.partition import PARTITIONS

_ZONE_ID: Final = re.compile(r"(?P<region>[a-z]+[0-9]+)-az[0-9]+")
_DIRECTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "central": "c",
        "east": "e",
        "north": "n",
        "northeast": "ne",
        "northwest": "nw",
        "south": "s",
        "southeast": "se",
        "southwest": "sw",
        "west": "w",
    }
)


def _short(region: str) -> str | None:
    """How zones' ids abbreviate a region: `euc1` is eu-central-1, `usgw1` us-gov-west-1. None: not known."""
    place, _, rest = region.partition("-")
    *more, direction, number = rest.removeprefix("gov-").split("-")
    if more or direction not in _DIRECTIONS:
        return None
    government = "g" if rest.startswith("gov-") else ""
    return f"{place}{government}{_DIRECTIONS[direction]}{number}"


_BY_SHORT: Final[Mapping[str | None, str]] = MappingProxyType(
    {_short(region): region for partition in PARTITIONS.values() for region in partition.regions if _short(region)}
)


def region_of_rack(rack: str | None) -> str | None:
    """The region in a rack; None where the rack says nothing, which is unknown and never a pass."""
    if zone := _ZONE_ID.fullmatch(rack or ""):
        return _BY_SHORT.get(zone["region"])
    region, slash, name = (rack or "").partition("/")
    return region if slash and region and name else None
