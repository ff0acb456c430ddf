"""What a broker's rack says of where it stands."""

from __future__ import annotations


def region_of_rack(rack: str | None) -> str | None:
    """The region in a rack named `region/zone`; None where the rack says nothing, which is unknown and never a pass.

    `broker.rack` is free text to Kafka; `region/zone` is levee's convention (docs/reference/stack-files.md).
    """
    region, slash, zone = (rack or "").partition("/")
    return region if slash and region and zone else None
