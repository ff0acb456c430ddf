"""Google Cloud: its regions, and what host and resource names say of them.

Sources: https://cloud.google.com/about/locations (regions, as of 2026-11), https://cloud.google.com/storage/docs/locations
(multi-regions), https://cloud.google.com/storage/docs/regional-endpoints and
https://cloud.google.com/vertex-ai/docs/reference/rest (`<service>.<region>.rep.googleapis.com`,
`<region>-<service>.googleapis.com`), https://cloud.google.com/managed-service-for-apache-kafka/docs (bootstrap names),
https://cloud.google.com/chronicle/docs/reference/ingestion-api (Google Security Operations). A bucket's name, and
`storage.googleapis.com`, tell no region.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from levee.catalog.clouds.location import Domains, Labels, Location, Reader, countries, domains

REGIONS: Final[Mapping[str, str]] = countries(
    {
        "au": "australia-southeast1 australia-southeast2",
        "be": "europe-west1",
        "br": "southamerica-east1",
        "ca": "northamerica-northeast1 northamerica-northeast2",
        "ch": "europe-west6",
        "cl": "southamerica-west1",
        "de": "europe-west3 europe-west10",
        "es": "europe-southwest1",
        "fi": "europe-north1",
        "fr": "europe-west9",
        "gb": "europe-west2",
        "hk": "asia-east2",
        "id": "asia-southeast2",
        "il": "me-west1",
        "in": "asia-south1 asia-south2",
        "it": "europe-west8 europe-west12",
        "jp": "asia-northeast1 asia-northeast2",
        "kr": "asia-northeast3",
        "mx": "northamerica-south1",
        "nl": "europe-west4",
        "pl": "europe-central2",
        "qa": "me-central1",
        "sa": "me-central2",
        "se": "europe-north2",
        "sg": "asia-southeast1",
        "th": "asia-southeast3",
        "tw": "asia-east1",
        "us": "us-central1 us-east1 us-east4 us-east5 us-south1 us-west1 us-west2 us-west3 us-west4",
        "za": "africa-south1",
    }
)
_AREAS: Final = frozenset({"eu", "us"})
_LEADING: Final = re.compile(r"([a-z]+-[a-z]+[0-9]{1,2})(?:-[a-z0-9-]*)?")
_RESOURCE: Final = re.compile(r"(?:^|/)projects/([^/]+)(?:/(?:locations|regions|zones)/([a-z0-9-]+))?(?:/|$)")


def region_of(text: str) -> str:
    """The region that a label or a zone's name begins with (`europe-west1-b`); empty where it begins with none."""
    found = _LEADING.fullmatch(text)
    return found[1] if found and found[1] in REGIONS else ""


def resource(text: str) -> Location | None:
    """What `projects/<project>/locations/<region>/…` says; None for a text of another form."""
    found = _RESOURCE.search(text)
    if found is None:
        return None
    place = found[2] or ""
    region = region_of(place) or (place if place in _AREAS or place == "global" else "")
    return Location(cloud="google", service=_service(text), region=region, account=found[1])


def _service(text: str) -> str:
    return text.removeprefix("//").partition(".googleapis.com/")[0] if ".googleapis.com/" in text else ""


def _leading(label: str) -> str:
    """The region or the area that a service's own label begins with (`europe-west1-pubsub`, `eu-chronicle`)."""
    area = label.partition("-")[0]
    return region_of(label) or (area if area in _AREAS else "")


def _api(labels: Labels) -> Location:
    """<service>.<region>.rep, or one label <region>-<service>. Left of a service stands a name that its owner chose."""
    if labels[-1:] == ["rep"]:
        region = _leading(labels[-2]) if len(labels) > 1 else ""
    else:
        region = _leading(labels[0]) if len(labels) == 1 else ""
    return Location(cloud="google", service=_api_service(labels), region=region)


def _api_service(labels: Labels) -> str:
    own = [label for label in labels if label != "rep" and not _leading(label)]
    return own[-1] if own else ""


def _kafka(labels: Labels) -> Location:
    """bootstrap.<cluster>.<region>.managedkafka.<project>."""
    if len(labels) < 3 or labels[-2] != "managedkafka":
        return Location(cloud="google")
    return Location(cloud="google", service="managedkafka", region=region_of(labels[-3]), account=labels[-1])


def _hosted(_: str) -> Reader:
    def read(labels: Labels) -> Location:
        return Location(cloud="google", region=_leading(labels[-1]) if labels else "")

    return read


DOMAINS: Final[Domains] = {
    **domains(_hosted, "run.app cloudfunctions.net pkg.dev gcr.io appspot.com googleusercontent.com"),
    "googleapis.com": _api,
    "cloud.goog": _kafka,
}
