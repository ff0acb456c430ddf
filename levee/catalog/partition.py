"""The partitions of AWS: clouds of their own, between which no identity, key or ARN reaches.

Source: botocore's partitions.json, and https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html. The
regions are those of levee.catalog.region.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from levee.catalog.region import REGION_COUNTRY

_PREFIXES: Final = ("cn-", "us-gov-", "eusc-", "us-iso-", "us-isob-", "eu-isoe-", "us-isof-")
_AWS_REGION: Final = re.compile(r"[a-z]+(?:-[a-z]+)+-[0-9]")  # no region of IBM Cloud ends so


@dataclass(frozen=True, slots=True)
class Partition:
    """`name` stands in every ARN, `dns_suffix` in every endpoint.

    `other_domains` are those of its endpoints that take IPv6, too. `global_region` is where the partition's services
    without regions are run from, and the region of a request to them as `aws:RequestedRegion` has it.
    """

    name: str
    dns_suffix: str
    global_region: str
    regions: frozenset[str]
    other_domains: tuple[str, ...]


def _partition(name: str, dns_suffix: str, global_region: str, prefix: str, other_domain: str) -> Partition:
    regions = (region for region in REGION_COUNTRY if _AWS_REGION.fullmatch(region))
    inside = frozenset(region for region in regions if _prefix(region) == prefix)
    return Partition(name, dns_suffix, global_region, inside, (other_domain,))


def _prefix(region: str) -> str:
    return next((prefix for prefix in _PREFIXES if region.startswith(prefix)), "")


PARTITIONS: Final[Mapping[str, Partition]] = MappingProxyType(
    {
        partition.name: partition
        for partition in (
            _partition("aws-us-gov", "amazonaws.com", "us-gov-west-1", "us-gov-", "api.aws"),
            _partition("aws", "amazonaws.com", "us-east-1", "", "api.aws"),
            _partition("aws-cn", "amazonaws.com.cn", "cn-northwest-1", "cn-", "api.amazonwebservices.com.cn"),
            _partition("aws-eusc", "amazonaws.eu", "eusc-de-east-1", "eusc-", "api.amazonwebservices.eu"),
            _partition("aws-iso", "c2s.ic.gov", "us-iso-east-1", "us-iso-", "api.aws.ic.gov"),
            _partition("aws-iso-b", "sc2s.sgov.gov", "us-isob-east-1", "us-isob-", "api.aws.scloud"),
            _partition("aws-iso-e", "cloud.adc-e.uk", "eu-isoe-west-1", "eu-isoe-", "api.cloud-aws.adc-e.uk"),
            _partition("aws-iso-f", "csp.hci.ic.gov", "us-isof-south-1", "us-isof-", "api.aws.hci.ic.gov"),
        )
    }
)


def partition_name(region: str) -> str:
    """The partition that a region's ARNs name; `aws` where the region isn't known."""
    partition = partition_of(region)
    return partition.name if partition else "aws"


def partition_of(region: str) -> Partition | None:
    """The partition that a region of AWS belongs to. None: no region of AWS, or not known."""
    return next((partition for partition in PARTITIONS.values() if region in partition.regions), None)
