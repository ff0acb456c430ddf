"""Services that run on several clouds, and what their host names say of the region.

Sources: https://docs.confluent.io/cloud/current/networking/overview.html (`pkc-….<region>.<cloud>.confluent.cloud`),
https://www.elastic.co/docs/reference/cloud/cloud-hosted/ec-regions-templates-instances,
https://docs.datadoghq.com/getting_started/site/, https://dev.splunk.com/observability/docs/realms_in_endpoints/,
https://docs.splunk.com/Documentation/SplunkCloud (a stack's name tells no region),
https://help.sumologic.com/docs/api/about-apis/getting-started/,
https://docs.newrelic.com/docs/new-relic-solutions/get-started/networks/,
https://coralogix.com/docs/integrations/coralogix-endpoints/, https://docs.logz.io/docs/user-guide/admin/hosting-regions/,
https://docs.honeycomb.io/reference/honeycomb-endpoints/, https://docs.snowflake.com/en/user-guide/admin-account-identifier;
all as of 2026-11. A name that stands in no table here tells no place, which is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from levee.catalog.clouds import azure, google
from levee.catalog.clouds.location import Domains, Labels, Location, Reader, domains
from levee.catalog.partition import partition_of

_BY_REGION: Final = (
    "confluent.cloud found.io elastic-cloud.com elastic.cloud es.io snowflakecomputing.com aivencloud.com mongodb.net "
    "redpanda.com upstash.io splunkcloud.com splunkcloudgc.com grafana.net dynatrace.com crowdstrike.com "
    "loggly.com papertrailapp.com logdna.com mezmo.com sentinelone.net humio.com rapid7.com exabeam.com databricks.com "
    "instaclustr.com warpstream.com cloudflare.com r2.cloudflarestorage.com workers.dev fastly.net"
)
_SITES: Final[Mapping[str, Mapping[str, str]]] = {
    "datadoghq.com": {
        "": "us-east-1", "us3": "westus2", "us5": "us-central1", "ap1": "ap-northeast-1", "ap2": "ap-southeast-2",
    },
    "datadoghq.eu": {"": "europe-west3"},
    "ddog-gov.com": {"": "us-gov-west-1"},
    "signalfx.com": {
        "us0": "us-east-1", "us1": "us-west-2", "us2": "us-central1", "eu0": "eu-west-1", "eu1": "eu-central-1",
        "eu2": "eu-west-2", "au0": "ap-southeast-2", "jp0": "ap-northeast-1",
    },
    "sumologic.com": {
        "": "us-east-1", "us2": "us-west-2", "fed": "us-east-1", "eu": "eu-west-1", "de": "eu-central-1",
        "au": "ap-southeast-2", "ca": "ca-central-1", "jp": "ap-northeast-1", "kr": "ap-northeast-2",
        "ch": "eu-central-2",
    },
    "newrelic.com": {"": "us", "eu": "eu"},
    "nr-data.net": {"": "us", "eu01": "eu"},
    "coralogix.com": {
        "": "eu-west-1", "eu1": "eu-west-1", "eu2": "eu-north-1", "us1": "us-east-2", "us2": "us-west-2",
        "cx498": "us-west-2", "ap1": "ap-south-1", "ap2": "ap-southeast-1", "ap3": "ap-southeast-3",
    },
    "coralogix.us": {"": "us-east-2"},
    "coralogix.in": {"": "ap-south-1"},
    "coralogixsg.com": {"": "ap-southeast-1"},
    "honeycomb.io": {"": "us-east-1", "eu1": "eu-west-1"},
}  # fmt: skip
"""By domain: the label right before it, and the region. The empty label: where none of the others stands."""

_SITE: Final = re.compile(r"[a-z]{2}[0-9]{1,2}")  # of a form that sites have, and in no table: nobody knows where

_LISTENERS: Final[Mapping[str, str]] = {
    "": "us-east-1", "eu": "eu-central-1", "uk": "eu-west-2", "ca": "ca-central-1", "au": "ap-southeast-2",
    "wa": "westus2",
}  # fmt: skip


def _of_region(domain: str) -> Reader:
    def read(labels: Labels) -> Location:
        found = (label for label in reversed(labels) if _is_region(label))
        return Location(cloud=domain, region=next(found, ""))

    return read


def _is_region(label: str) -> bool:
    return partition_of(label) is not None or label in azure.REGIONS or label in google.REGIONS


def _of_site(domain: str) -> Reader:
    sites = _SITES[domain]

    def read(labels: Labels) -> Location:
        named = next((label for label in reversed(labels) if label in sites), "")
        newer = not named and labels and _SITE.fullmatch(labels[-1])
        return Location(cloud=domain, region="" if newer else sites.get(named, ""))

    return read


def _listener(labels: Labels) -> Location:
    """listener-<code>."""
    code = labels[-1].partition("-")[2] if labels else ""
    return Location(cloud="logz.io", region=_LISTENERS.get(code, ""))


DOMAINS: Final[Domains] = {
    **domains(_of_region, _BY_REGION),
    **domains(_of_site, " ".join(_SITES)),
    "logz.io": _listener,
}
