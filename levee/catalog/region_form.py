"""What the names of clouds' regions look like, known ones and others.

A cloud's new region is in no catalogue yet, and a place of one's own that is called so would be taken for it. Sources:
https://docs.aws.amazon.com/global-infrastructure/latest/regions/ (`eu-west-9`),
https://cloud.google.com/about/locations (`europe-west9`), https://learn.microsoft.com/azure/reliability/regions-list
(`westeurope`, `uksouth`), https://cloud.ibm.com/docs/overview?topic=overview-locations (`eu-de`, `jp-tok`),
https://docs.oracle.com/iaas/Content/General/Concepts/regions.htm (`eu-frankfurt-1`),
https://www.scaleway.com/docs/account/reference-content/products-availability/ (`fr-par`),
https://community.exoscale.com/platform/zones/ (`de-fra-1`).
"""

from __future__ import annotations

import re
from typing import Final

from levee.catalog.country import COUNTRIES

_COMPASS: Final = "(?:north|south|east|west|central|northeast|northwest|southeast|southwest)"
_CONTINENT: Final = "(?:europe|asia|africa|australia|northamerica|southamerica|me|us|eusc)"
_GROUP: Final = "(?:af|ap|ca|cn|eu|eusc|il|me|mx|sa|uk|us)"  # that clouds number their regions in
_AREA: Final = (
    "(?:europe|us|usgov|usdod|asia|uk|france|germany|sweden|norway|denmark|finland|switzerland|italy|poland|spain|"
    "austria|belgium|greece|israel|qatar|uae|saudiarabia|brazil|canada|mexico|chile|australia|newzealand|japan|korea|"
    "india|jioindia|indonesia|malaysia|taiwan|southafrica|china)"
)
_FORMS: Final = re.compile(
    "|".join(
        (
            rf"{_GROUP}(?:-[a-z]+)+-?[0-9]+[a-z]?",
            rf"(?:{_CONTINENT}|[a-z]{{2}})(?:-[a-z]+)?-{_COMPASS}-?[0-9]*[a-z]?",
            rf"(?:eu|{'|'.join(sorted(COUNTRIES))})-[a-z]{{2,3}}-?[0-9]?",
            r"us(?:gov|dod)[a-z]+",
            rf"(?:{_AREA}{_COMPASS}+|{_COMPASS}+{_AREA})[0-9]?(?:euap|stage|stg)?",
        )
    )
)


def looks_like_region(name: str) -> bool:
    """Whether some cloud's region has such a name, or could."""
    return _FORMS.fullmatch(name) is not None
