"""Where a broker stands, by its rack."""

from __future__ import annotations

import pytest
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend

from levee.catalog.partition import PARTITIONS
from levee.catalog.rack import region_of_rack

REGIONS = frozenset(region for partition in PARTITIONS.values() for region in partition.regions)


@pytest.mark.parametrize(
    ("rack", "region"),
    [
        ("eu-west-1/a", "eu-west-1"),
        ("anywhere/b", "anywhere"),
        ("euc1-az2", "eu-central-1"),
        ("usgw1-az1", "us-gov-west-1"),
        ("mxc1-az1", "mx-central-1"),
        ("xyz1-az1", None),
        ("euc1-az", None),
        ("euc1", None),
        ("eu-central-1", None),
        ("eu-central-1a", None),
        ("/a", None),
        ("", None),
        (None, None),
    ],
)
def test_a_rack_says_where_or_nothing(rack: str | None, region: str | None) -> None:
    assert region_of_rack(rack) == region


def test_zones_ids_are_those_that_aws_gives() -> None:
    zones = [zone for listed in RegionsAndZonesBackend.zones.values() for zone in listed if zone.region_name in REGIONS]
    assert len({zone.region_name for zone in zones}) > 30
    assert [zone.zone_id for zone in zones if region_of_rack(zone.zone_id) != zone.region_name] == []
