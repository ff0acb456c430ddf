"""From a name to the place it names: the one reading of ARNs, CRNs, host names, URLs and buckets that there is.

Reads no more than the text: nothing is looked up, and a text takes time in proportion to its length. A name that is of
no cloud that levee.catalog.clouds knows gives OWN: it tells no place.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from levee.catalog.clouds import aws, azure, google, hosted, ibm
from levee.catalog.clouds.location import LOOPBACK, OWN, Location, Reader

_DOMAINS: Final[Mapping[str, Reader]] = MappingProxyType(
    {**hosted.DOMAINS, **azure.DOMAINS, **google.DOMAINS, **ibm.DOMAINS, **aws.DOMAINS}
)
_DEEPEST: Final = max(domain.count(".") + 1 for domain in _DOMAINS)
_BUCKETS: Final[Mapping[str, str]] = {
    "s3": "aws", "s3a": "aws", "s3n": "aws", "gs": "google", "gcs": "google", "cos": "ibm", "oss": "alibaba",
}  # fmt: skip
"""Schemes behind which a bucket's name stands where a host's would."""

_BETWEEN: Final = re.compile(r"[\s,;|\"'<>(){}]+")
_NAME: Final = re.compile(r"(?:^|[=/:])((?:arn|crn):.*)", re.IGNORECASE | re.DOTALL)
_SUBSCRIPTION: Final = re.compile(r"^/subscriptions/([0-9a-f-]{36})(?:/|$)", re.IGNORECASE)
_HOST_ENDS: Final = re.compile(r"[/?#\\]")
_PORT: Final = re.compile(r":[0-9*]*$")
_QUEUE: Final = re.compile(r"/([0-9]{12})/")
_BEGINS_ADDRESS: Final = frozenset("0123456789:")
_LONGEST: Final = 253  # of a host name


@lru_cache(maxsize=4096)  # rules ask of the same name one after the other
def resolve(text: str) -> tuple[Location, ...]:
    """The places that a text names: one for each name in it, apart from each other by spaces, commas and the like."""
    return tuple(_one(name) for name in _BETWEEN.split(text) if name)


def clouds(text: str) -> Iterator[Location]:
    """Of these places those that are of a cloud: words, paths and hosts of one's own left out."""
    return (location for location in resolve(text) if location.cloud not in {"", LOOPBACK})


def _one(name: str) -> Location:
    cloud_name = _NAME.search(name)
    if cloud_name:
        text = cloud_name[1]
        return aws.arn(text) if text[:3].lower() == "arn" else ibm.crn(text)
    subscription = _SUBSCRIPTION.match(name)
    if subscription:
        return Location(cloud="azure", partition="public", account=subscription[1].lower())
    return google.resource(name) or _address(name)


def _address(name: str) -> Location:
    """A URL, a host with or without a port, a bucket by its scheme or by the form of its name."""
    before, scheme_ends, rest = name.partition("://")
    scheme = before.rpartition("=")[2].lower() if scheme_ends else ""
    rest = rest if scheme_ends else name
    host, path = _split(rest)
    if scheme in _BUCKETS:
        found = aws.alias(host) or aws.bucket(host)
        return found if _BUCKETS[scheme] == "aws" else Location(cloud=_BUCKETS[scheme], service="bucket")
    found_alias = aws.alias(host)
    if found_alias is not None:
        return found_alias
    location = _host(host if scheme_ends else host.rpartition("=")[2])
    queue = _QUEUE.match(path + "/") if location.cloud == "aws" and not location.account else None
    return replace(location, account=queue[1]) if queue and location.service in {"sqs", "queue"} else location


def _split(rest: str) -> tuple[str, str]:
    """The host without a login and a port, in lower case, and what stands behind it."""
    ends = _HOST_ENDS.search(rest)
    host, path = (rest[: ends.start()], rest[ends.start() :]) if ends else (rest, "")
    host = _PORT.sub("", host.rpartition("@")[2].lower())
    return host.strip("[]").removesuffix("."), path


def _host(host: str) -> Location:
    if not host or len(host) > _LONGEST:
        return OWN
    if host == "localhost" or host.endswith(".localhost") or (host[0] in _BEGINS_ADDRESS and _is_loopback(host)):
        return Location(cloud=LOOPBACK)
    labels = host.split(".")
    for depth in range(min(_DEEPEST, len(labels)), 0, -1):
        reader = _DOMAINS.get(".".join(labels[-depth:]))
        if reader is not None:
            return reader(labels[:-depth])
    return OWN


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
