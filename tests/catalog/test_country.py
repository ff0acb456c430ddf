"""Countries, and names that look like a cloud's region."""

from __future__ import annotations

import pytest

from levee.catalog.country import COUNTRIES, NO_COUNTRIES
from levee.catalog.region import REGION_COUNTRY
from levee.catalog.region_form import looks_like_region

OTHERS = (
    "eu-west-9 us-gov-north-1 ap-northeast-4 eusc-fr-west-1 us-iso-east-1 cn-south-1 eu-isoe-west-1 "
    "us-east1 europe-west12 northamerica-northeast1 asia-southeast2 africa-south1 me-central2 us-central1 "
    "westeurope northeurope uksouth germanywestcentral eastus2 australiacentral2 francecentral centraluseuap "
    "eu-de us-south jp-tok br-sao eu-fr2 eu-frankfurt-1 uk-london-1 us-ashburn-1 fr-par nl-ams-1 de-fra-1 "
)


def test_there_are_as_many_as_iso_has() -> None:
    assert len(COUNTRIES) == 249
    assert all(len(code) == 2 and code.islower() for code in COUNTRIES)
    assert not COUNTRIES & NO_COUNTRIES.keys()


@pytest.mark.parametrize("code", ["uk", "xx", "eu", "zz", "el", "an", "yu"])
def test_what_is_no_country(code: str) -> None:
    assert code not in COUNTRIES


@pytest.mark.parametrize("name", [*sorted(REGION_COUNTRY), *OTHERS.split()])
def test_regions_look_like_regions(name: str) -> None:
    assert looks_like_region(name)


@pytest.mark.parametrize(
    "name",
    [
        "frankfurt-1",
        "london-1",
        "plant-north",
        "hall-3",
        "muenchen-sued-2",
        "plant-7-east",
        "dc1",
        "west-plant",
        "dc-muc",
    ],
)
def test_places_of_ones_own_do_not(name: str) -> None:
    assert not looks_like_region(name)


def test_hostile_names_take_linear_time() -> None:
    assert not looks_like_region("eu" + "-north" * 100_000)
    assert not looks_like_region("north" * 100_000)
