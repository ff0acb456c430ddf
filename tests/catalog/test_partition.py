"""The partitions of AWS, against what botocore ships."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import botocore
import pytest

from levee.catalog.partition import PARTITIONS, partition_of
from levee.catalog.region import REGION_COUNTRY

DATA = Path(botocore.__file__).parent / "data"


def published(file: str, key: str) -> dict[str, Any]:
    listed = json.loads((DATA / file).read_text())["partitions"]
    return {each[key]: each for each in listed if each[key] in PARTITIONS}


@pytest.mark.parametrize("name", PARTITIONS)
def test_a_partition_is_as_published(name: str) -> None:
    partition = PARTITIONS[name]
    outputs = published("partitions.json", "id")[name]["outputs"]
    assert (partition.dns_suffix, partition.global_region) == (outputs["dnsSuffix"], outputs["implicitGlobalRegion"])
    assert partition.regions == published("endpoints.json", "partition")[name]["regions"].keys()


def test_every_region_of_aws_has_one_partition() -> None:
    for partition in PARTITIONS.values():
        assert all(partition_of(region) is partition for region in partition.regions)
    elsewhere = {region for region in REGION_COUNTRY if partition_of(region) is None}
    assert {"eu-de", "us-south", "jp-osa", "eu-fr2"} <= elsewhere
    assert not any(region.startswith(("us-gov", "cn-", "eu-west", "eusc")) for region in elsewhere)


@pytest.mark.parametrize("region", ["", "eu-west-9", "EU-WEST-1", "global", "aws-global"])
def test_what_is_no_region_has_none(region: str) -> None:
    assert partition_of(region) is None
