"""Where the regions of the clouds lie, and which jurisdictions that puts them in.

Sources: AWS "Regions and Availability Zones" (https://docs.aws.amazon.com/global-infrastructure/latest/regions/, and
botocore's partitions.json for what is not public), IBM Cloud "Region and data center locations"
(https://cloud.ibm.com/docs/overview?topic=overview-locations), both of 2026-11; levee.catalog.clouds for the others.
A region's name proves nothing: eu-west-2, eu-central-2 and eu-gb lie outside the European Union.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from levee.catalog.clouds import azure, google, ibm
from levee.catalog.clouds.location import countries

# The member states (https://european-union.europa.eu/principles-countries-history/eu-countries_en) and the EEA's three.
_EU: Final = frozenset(
    "at be bg cy cz de dk ee es fi fr gr hr hu ie it lt lu lv mt nl pl pt ro se si sk".split()  # noqa: SIM905
)
_EEA: Final = _EU | {"is", "li", "no"}

_AWS: Final[Mapping[str, str]] = countries(
    {
        "ae": "me-central-1",
        "au": "ap-southeast-2 ap-southeast-4",
        "bh": "me-south-1",
        "br": "sa-east-1",
        "ca": "ca-central-1 ca-west-1",
        "ch": "eu-central-2",
        "cn": "cn-north-1 cn-northwest-1",
        "de": "eu-central-1 eusc-de-east-1",
        "es": "eu-south-2",
        "fr": "eu-west-3",
        "gb": "eu-west-2 eu-isoe-west-1",
        "hk": "ap-east-1",
        "id": "ap-southeast-3",
        "ie": "eu-west-1",
        "il": "il-central-1",
        "in": "ap-south-1 ap-south-2",
        "it": "eu-south-1",
        "jp": "ap-northeast-1 ap-northeast-3",
        "kr": "ap-northeast-2",
        "mx": "mx-central-1",
        "my": "ap-southeast-5",
        "nz": "ap-southeast-6",
        "se": "eu-north-1",
        "sg": "ap-southeast-1",
        "th": "ap-southeast-7",
        "tw": "ap-east-2",
        "us": "us-east-1 us-east-2 us-west-1 us-west-2 us-gov-east-1 us-gov-west-1 us-iso-east-1 "
        "us-iso-west-1 us-isob-east-1 us-isob-west-1 us-isof-south-1 us-isof-east-1",
        "za": "af-south-1",
    }
)

REGION_COUNTRY: Final[Mapping[str, str]] = MappingProxyType({**azure.REGIONS, **google.REGIONS, **ibm.REGIONS, **_AWS})

GLOBAL: Final = "global"
AREAS: Final = frozenset({"eu", "us", "cn"})
"""What a name may say in a region's place (GCS `eu`, IBM `eu-geo`): jurisdictions, in which all of its regions lie."""


def countries_of(region: str) -> frozenset[str]:
    """The countries, by code, in which a cloud's region or area lies. Empty: not known."""
    country = REGION_COUNTRY.get(region) or ibm.SITES.get(region)
    if country is not None:
        return frozenset({country})
    return countries_in(region) if region in AREAS else frozenset()


def countries_in(jurisdiction: str) -> frozenset[str]:
    """The countries of a jurisdiction: of `eu`, `eea` and `uk` their own, of a country's code that country."""
    return {"eu": _EU, "eea": _EEA, "uk": frozenset({"gb"})}.get(jurisdiction, frozenset({jurisdiction}))


def jurisdictions_of(region: str) -> frozenset[str]:
    """The jurisdictions that a cloud's region lies in: its country's code, and `eu`, `eea`, `uk`. Empty: not known."""
    country = REGION_COUNTRY.get(region) or ibm.SITES.get(region)
    return frozenset() if country is None else jurisdictions_of_country(country)


def jurisdictions_of_country(country: str) -> frozenset[str]:
    """The jurisdictions that a country is: its own code, and `eu`, `eea`, `uk` where it is part of one."""
    groups = {country}
    if country in _EU:
        groups.add("eu")
    if country in _EEA:
        groups.add("eea")
    if country == "gb":
        groups.add("uk")
    return frozenset(groups)
