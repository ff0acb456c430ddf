"""Amazon Web Services: what ARNs, host names and buckets say.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html (ARNs),
https://docs.aws.amazon.com/general/latest/gr/rande.html, botocore's endpoints.json, partitions.json (endpoints, and
the domains of each partition), https://docs.aws.amazon.com/general/latest/gr/s3.html,
…/AmazonS3/latest/userguide/VirtualHosting.html (older forms: `s3-<region>`, and `s3.amazonaws.com` for a bucket of any
region), …/access-points-alias.html, …/MultiRegionAccessPointRequests.html and …/s3-express-Endpoints.html,
https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html (`vpce-…`),
https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html (`compute.internal`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from levee.catalog.clouds.location import Domains, Labels, Location, Reader
from levee.catalog.partition import PARTITIONS, partition_of
from levee.catalog.rack import region_of_rack
from levee.catalog.region import GLOBAL

_ACCOUNT: Final = re.compile(r"(?:[a-z0-9-]*-)?([0-9]{12})")  # of an access point's label: <name>-<account>
_REGION: Final = re.compile(r"[a-z]{2,4}(?:-[a-z]+)+-[0-9]{1,2}")
_ZONE: Final = re.compile(r"(?:.*-)?([a-z]{2,4}(?:-[a-z]+)+-[0-9]{1,2})[a-z]")  # vpce-…-eu-west-1a
_OLDER_S3: Final = re.compile(r"s3(?:-website|-fips)?-([a-z]{2,4}(?:-[a-z]+)+-[0-9]{1,2})")
_DIRECTORY_BUCKET: Final = re.compile(r"[a-z0-9-]+--([a-z0-9]+-az[0-9]+)--(?:x-s3|xa-s3)")
_ALIAS: Final = re.compile(r"[a-z0-9-]+(?:-s3alias|--ol-s3|--op-s3)")
_MULTI_REGION: Final = re.compile(r"[a-z0-9]+\.mrap")
_PARTS: Final = 6

_ANYWHERE: Final = frozenset({"cloudfront", "globalaccelerator", "route53"})  # served at edges of any country

_FIXED: Final[Mapping[str, str]] = {
    "s3-external-1": "us-east-1",
    "queue": "us-east-1",
    "compute-1": "us-east-1",
    "s3-accelerate": GLOBAL,
    "s3-global": GLOBAL,
}
"""Of partition aws: a last label that tells a place and is no region."""


def arn(text: str) -> Location:
    """What an ARN says, whole or not. A bucket's says neither account nor region."""
    parts = text.split(":", _PARTS - 1)
    if len(parts) < _PARTS:
        return Location(cloud="aws")
    _, partition, service, region, account, resource = parts
    if not region and (service in _ANYWHERE or (service == "s3" and account)):
        region = GLOBAL
    if service in {"s3", "s3express"} and not region:
        region = bucket(resource).region
    return Location(cloud="aws", partition=partition, service=service, region=region, account=account)


def bucket(name: str) -> Location:
    """What a bucket's name says: of a directory bucket its zone, of any other nothing."""
    zone = _DIRECTORY_BUCKET.fullmatch(name.partition("/")[0])
    region = region_of_rack(zone[1]) if zone else None
    return Location(cloud="aws", service="s3", region=region or "")


def alias(text: str) -> Location | None:
    """What an access point's alias or a directory bucket's name says, which stand where a bucket's name does."""
    if _DIRECTORY_BUCKET.fullmatch(text):
        return bucket(text)
    if _MULTI_REGION.fullmatch(text):
        return Location(cloud="aws", service="s3", region=GLOBAL)
    return Location(cloud="aws", service="s3") if _ALIAS.fullmatch(text) else None


def _reader(partition: str) -> Reader:
    def read(labels: Labels) -> Location:
        region = _region(labels)
        known = partition_of(region)
        return Location(
            cloud="aws",
            partition=known.name if known else partition,
            service=_service(labels),
            region=region,
            account=_account(labels),
        )

    return read


def _region(labels: Labels) -> str:
    """`….<service>.<region>` or `….<region>.<service>`; what stands further left, its owner may have chosen."""
    if not labels:
        return ""
    last, before = labels[-1], labels[-2] if len(labels) > 1 else ""
    if _REGION.fullmatch(last):
        return last
    older = _OLDER_S3.fullmatch(last)
    if older:
        return older[1]
    if not last.startswith("s3") and (named := _named(before)):  # left of s3 there is a bucket
        return named
    zone = _ZONE.fullmatch(last)
    return _FIXED.get(last, zone[1] if zone else "")


def _named(label: str) -> str:
    zone = _ZONE.fullmatch(label)
    return label if _REGION.fullmatch(label) else zone[1] if zone else ""


def _service(labels: Labels) -> str:
    """The label beside the region's. Every kind of S3 endpoint is `s3`, unless it names an account."""
    own = [label for label in labels if not _REGION.fullmatch(label) and label not in {"dualstack", "vpce"}]
    service = own[-1] if own else ""
    return (
        "s3" if service in {"bucket", "accesspoint"} or (service.startswith("s3") and not _account(labels)) else service
    )


def _account(labels: Labels) -> str:
    """An account among the labels: alone, or behind an access point's name. Left of a plain `s3` there is a bucket."""
    kinds = [label for label in labels if label == "s3" or label.startswith(("s3-", "s3express"))]
    if kinds and not any(
        kind.startswith(("s3-accesspoint", "s3-control", "s3-object-lambda", "s3-outposts")) for kind in kinds
    ):
        return ""
    found = (_ACCOUNT.fullmatch(label) for label in labels)
    return next((each[1] for each in found if each and (kinds or each[1] == each[0])), "")


def _anywhere(_: Labels) -> Location:
    return Location(cloud="aws", partition="aws", region=GLOBAL)


def _first_region(_: Labels) -> Location:
    return Location(cloud="aws", partition="aws", service="ec2", region="us-east-1")


DOMAINS: Final[Domains] = {
    **{domain: _reader(each.name) for each in PARTITIONS.values() for domain in (each.dns_suffix, *each.other_domains)},
    "on.aws": _reader("aws"),
    "amazonwebservices.com": _reader("aws"),
    "aws.amazon.com": _reader("aws"),
    "elasticbeanstalk.com": _reader("aws"),
    "compute.internal": _reader("aws"),
    "ec2.internal": _first_region,
    "cloudfront.net": _anywhere,
    "awsglobalaccelerator.com": _anywhere,
    "accesspoint.s3-global.amazonaws.com": _anywhere,
}
