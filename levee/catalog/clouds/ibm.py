"""IBM Cloud: what CRNs and host names say.

Sources: https://cloud.ibm.com/docs/account?topic=account-crn (CRN), and of the same documentation
…/cloud-object-storage?topic=cloud-object-storage-endpoints (regional, cross-region and single-site endpoints; public,
`private.` and `direct.`), …-remap-endpoints (the older domains), …/EventStreams?topic=EventStreams-connecting
(brokers), …/cloud-logs?topic=cloud-logs-endpoints_api, …/secrets-manager?topic=secrets-manager-endpoints,
…/key-protect?topic=key-protect-regions, …/hs-crypto?topic=hs-crypto-regions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from levee.catalog.clouds.location import Domains, Labels, Location, Reader, countries, domains

REGIONS: Final[Mapping[str, str]] = countries(
    {
        "au": "au-syd",
        "br": "br-sao",
        "ca": "ca-tor ca-mon",
        "de": "eu-de",
        "es": "eu-es",
        "fr": "eu-fr2",
        "gb": "eu-gb",
        "in": "in-che in-mum",
        "jp": "jp-tok jp-osa",
        "us": "us-south us-east",
    }
)
SITES: Final[Mapping[str, str]] = countries(
    {
        "ca": "mon01 tor01",
        "fr": "par01 par04",
        "in": "che01",
        "it": "mil01",
        "nl": "ams03",
        "sg": "sng01",
        "us": "sjc04 dal10 dal12 dal13 wdc04 wdc06 wdc07",
    }
)
"""Single data centres that hold buckets."""

_AREAS: Final[Mapping[str, str]] = {
    "eu": "eu", "ams-eu-geo": "eu", "fra-eu-geo": "eu", "mil-eu-geo": "eu", "eu-geo": "eu",
    "us": "us", "dal-us-geo": "us", "wdc-us-geo": "us", "sjc-us-geo": "us", "us-geo": "us",
}  # fmt: skip
_OBJECT_STORAGE: Final = (
    "cloud-object-storage.appdomain.cloud objectstorage.softlayer.net objectstorage.service.networklayer.com"
)
_OTHERS: Final = (
    "cloud.ibm.com appdomain.cloud bluemix.net icr.io eventstreams.cloud.ibm.com messagehub.appdomain.cloud "
    "dataservices.appdomain.cloud"
)
_BROKERS: Final = frozenset({"eventstreams.cloud.ibm.com", "messagehub.appdomain.cloud"})  # right of it: the region
_CRN_PARTS: Final = 10
_EVERYWHERE: Final = frozenset({"cloud-object-storage"})  # its instances are global, its buckets are not
_BY_REGISTRY: Final[Mapping[str, str]] = {
    "de": "eu-de", "uk": "eu-gb", "us": "us-south", "jp": "jp-tok", "jp2": "jp-osa", "au": "au-syd", "ca": "ca-tor",
    "br": "br-sao", "es": "eu-es", "fr2": "eu-fr2",
}  # fmt: skip


def region_of(label: str) -> str:
    """The region, data centre or area that a label is; empty where it is none."""
    zone = label.rpartition("-")[0]  # eu-de-1
    if label in REGIONS or label in SITES:
        return label
    return zone if zone in REGIONS else _AREAS.get(label, "")


def crn(text: str) -> Location:
    """What a CRN says, whole or not. A bucket's says nothing of its region."""
    parts = text.split(":", _CRN_PARTS - 1)
    if len(parts) < _CRN_PARTS:
        return Location(cloud="ibm")
    _, _, partition, _, service, place, scope, *_ = parts
    region = "" if service in _EVERYWHERE or not place else region_of(place) or place
    account = scope.removeprefix("a/") if scope.startswith("a/") else ""
    return Location(cloud="ibm", partition=partition, service=service, region=region, account=account)


def _object_storage(_: str) -> Reader:
    def read(labels: Labels) -> Location:
        """[<bucket>.]s3[.private|.direct].<location>: a bucket may be called anything."""
        region = region_of(labels[-1]) if labels else ""
        return Location(cloud="ibm", partition="bluemix", service="cloud-object-storage", region=region)

    return read


def _other(domain: str) -> Reader:
    def read(labels: Labels) -> Location:
        found = (region_of(label) for label in reversed(labels) if label not in _AREAS)
        region = next((each for each in found if each), "")
        if domain == "icr.io" and labels:
            region = _BY_REGISTRY.get(labels[-1], region)
        if domain in _BROKERS and labels and not region:
            region = labels[-1]
        service = labels[-1] if labels else domain.partition(".")[0]
        return Location(cloud="ibm", partition="bluemix", service=service, region=region)

    return read


DOMAINS: Final[Domains] = {**domains(_object_storage, _OBJECT_STORAGE), **domains(_other, _OTHERS)}
