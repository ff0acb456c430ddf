"""Microsoft Azure: its regions, and what host names say of them.

Sources: https://learn.microsoft.com/azure/reliability/regions-list (regions and where they lie, as of 2026-11);
https://learn.microsoft.com/azure/security/fundamentals/azure-domains (domains),
https://learn.microsoft.com/azure/azure-monitor/data-collection/data-collection-endpoint-overview (ingestion endpoints,
by which Microsoft Sentinel takes records), https://learn.microsoft.com/azure/azure-government/compare-azure-government-global-azure
and https://learn.microsoft.com/azure/china/resources-developer-guide (the clouds of their own). Most of Azure's names
tell no region: a storage account, an event hub or a workspace lies where it was made, and its name doesn't say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from levee.catalog.clouds.location import Domains, Labels, Location, Reader, countries, domains

REGIONS: Final[Mapping[str, str]] = countries(
    {
        "ae": "uaenorth uaecentral",
        "at": "austriaeast",
        "au": "australiaeast australiasoutheast australiacentral australiacentral2",
        "be": "belgiumcentral",
        "br": "brazilsouth brazilsoutheast",
        "ca": "canadacentral canadaeast",
        "ch": "switzerlandnorth switzerlandwest",
        "cl": "chilecentral",
        "cn": "chinaeast chinaeast2 chinaeast3 chinanorth chinanorth2 chinanorth3",
        "de": "germanywestcentral germanynorth",
        "dk": "denmarkeast",
        "es": "spaincentral",
        "fr": "francecentral francesouth",
        "gb": "uksouth ukwest",
        "hk": "eastasia",
        "id": "indonesiacentral",
        "ie": "northeurope",
        "il": "israelcentral",
        "in": "centralindia southindia westindia jioindiawest jioindiacentral",
        "it": "italynorth",
        "jp": "japaneast japanwest",
        "kr": "koreacentral koreasouth",
        "mx": "mexicocentral",
        "my": "malaysiawest",
        "nl": "westeurope",
        "no": "norwayeast norwaywest",
        "nz": "newzealandnorth",
        "pl": "polandcentral",
        "qa": "qatarcentral",
        "se": "swedencentral swedensouth",
        "sg": "southeastasia",
        "us": "eastus eastus2 centralus northcentralus southcentralus westcentralus westus westus2 westus3 "
        "usgovvirginia usgovarizona usgovtexas usgoviowa usdodeast usdodcentral",
        "za": "southafricanorth southafricawest",
    }
)

_PUBLIC: Final = (
    "azure.com azure.net windows.net azurewebsites.net azurecontainer.io azurecontainerapps.io azurecr.io azmk8s.io "
    "azureedge.net azurefd.net trafficmanager.net azure-api.net azure-devices.net azurehdinsight.net "
    "azuredatabricks.net azuresynapse.net opinsights.azure.com microsoft.com visualstudio.com"
)
_OF_THEIR_OWN: Final[Mapping[str, tuple[str, str]]] = {
    "chinacloudapi.cn": ("china", "cn"),
    "azure.cn": ("china", "cn"),
    "azurewebsites.cn": ("china", "cn"),
    "usgovcloudapi.net": ("usgovernment", "us"),
    "azure.us": ("usgovernment", "us"),
    "azurewebsites.us": ("usgovernment", "us"),
}
_SERVED_ANYWHERE: Final = frozenset({"azureedge.net", "azurefd.net", "trafficmanager.net"})
_NUMBERED: Final = re.compile(r"([a-z]+[0-9]?)-[0-9]{1,2}")  # westeurope-1: a stamp of the region


def _reader(domain: str) -> Reader:
    def read(labels: Labels) -> Location:
        service = labels[-1] if labels else ""
        partition, area = _OF_THEIR_OWN.get(domain, ("public", ""))
        region = next(_regions(labels), "global" if domain in _SERVED_ANYWHERE else area)
        return Location(cloud="azure", partition=partition, service=service, region=region)

    return read


def _regions(labels: Labels) -> Iterator[str]:
    """Regions among the labels, that nearest to the domain first. The first label is a name that its owner chose."""
    for label in reversed(labels[1:]):
        numbered = _NUMBERED.fullmatch(label)
        name = numbered[1] if numbered else label
        if name in REGIONS:
            yield name


DOMAINS: Final[Domains] = {**domains(_reader, _PUBLIC), **domains(_reader, " ".join(_OF_THEIR_OWN))}
