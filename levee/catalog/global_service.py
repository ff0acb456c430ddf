"""What AWS's region-deny policy exempts: services without regions, and what it leaves open with them.

The actions are, word for word, those of AWS's own sample, "Deny access to AWS based on the requested AWS Region":
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples_general.html and
https://docs.aws.amazon.com/prescriptive-guidance/latest/privacy-reference-architecture/restrict-data-transfers-across-regions.html,
both as of 2026-11; where a control plane lies is from botocore's endpoints.json and
https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/global-services.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from levee.catalog.partition import Partition


@dataclass(frozen=True, slots=True)
class GlobalService:
    """A service, or a few of its actions, that a region-deny policy lets through.

    `control_plane` is the region of partition `aws` that runs it, None for a service that has regions and is exempt
    all the same. `hole` is what the exemption lets happen outside the stack's region.
    """

    name: str
    actions: tuple[str, ...]
    control_plane: str | None
    hole: str

    def control_plane_in(self, partition: Partition) -> str | None:
        """The region that runs it in this partition, or None where every region runs its own."""
        if self.control_plane is None or partition.name == "aws":
            return self.control_plane
        return partition.global_region


_EAST: Final = "us-east-1"
_WEST: Final = "us-west-2"

GLOBAL_SERVICES: Final[Mapping[str, GlobalService]] = MappingProxyType(
    {
        service.name: service
        for service in (
            GlobalService("a4b", ("a4b:*",), _EAST, "devices and recordings of a retired service"),
            GlobalService("acm", ("acm:*",), None, "certificates and their private keys in any region"),
            GlobalService(
                "billing",
                ("aws-portal:*", "budgets:*", "ce:*", "cur:*", "pricing:*"),
                _EAST,
                "costs and their reports, which name resources, written to a bucket of any region",
            ),
            GlobalService("chime", ("chime:*",), _EAST, "meetings and messages outside the region"),
            GlobalService("cloudfront", ("cloudfront:*",), _EAST, "copies of what is served, at edges of any country"),
            GlobalService("config", ("config:*",), None, "recorders: configurations of resources, kept in any region"),
            GlobalService("directconnect", ("directconnect:*",), None, "lines into networks of any region"),
            GlobalService(
                "ec2",
                ("ec2:DescribeRegions", "ec2:DescribeTransitGateways", "ec2:DescribeVpnGateways"),
                None,
                "reading of names and addresses of gateways",
            ),
            GlobalService("fms", ("fms:*",), None, "firewall policies made in any region"),
            GlobalService("globalaccelerator", ("globalaccelerator:*",), _WEST, "traffic taken in at edges anywhere"),
            GlobalService("health", ("health:*",), _EAST, "events that name resources, read outside the region"),
            GlobalService("iam", ("iam:*",), _EAST, "identities and policies, in force in every region"),
            GlobalService("importexport", ("importexport:*",), _EAST, "disks shipped out of the region"),
            GlobalService(
                "kms",
                ("kms:*",),
                None,
                "keys made, used and replicated in any region: a multi-region key's replica decrypts what lies here",
            ),
            GlobalService(
                "marketplace",
                ("aws-marketplace-management:*", "aws-marketplace:*"),
                _EAST,
                "subscriptions to sellers' software, which may run anywhere",
            ),
            GlobalService("mobileanalytics", ("mobileanalytics:*",), _EAST, "events of a retired service"),
            GlobalService("networkmanager", ("networkmanager:*",), _WEST, "networks that join regions"),
            GlobalService(
                "organizations", ("organizations:*",), _EAST, "the organization's own policies, for all regions"
            ),
            GlobalService(
                "route53", ("route53:*", "route53domains:*"), _EAST, "names and addresses, served everywhere"
            ),
            GlobalService(
                "route53-recovery",
                ("route53-recovery-cluster:*", "route53-recovery-control-config:*", "route53-recovery-readiness:*"),
                _WEST,
                "switches that send traffic to another region",
            ),
            GlobalService(
                "s3",
                (
                    "s3:GetAccountPublic*",
                    "s3:ListAllMyBuckets",
                    "s3:ListMultiRegionAccessPoints",
                    "s3:PutAccountPublic*",
                ),
                None,
                "the names of all buckets, and the account's block of public access lifted from any region",
            ),
            GlobalService("shield", ("shield:*",), _EAST, "samples of attacks' traffic outside the region"),
            GlobalService("sts", ("sts:*",), None, "sessions from the endpoint of any region"),
            GlobalService(
                "support",
                ("support:*", "trustedadvisor:*"),
                _EAST,
                "what is disclosed in a support case, read by staff of any country",
            ),
            GlobalService(
                "waf", ("waf-regional:*", "waf:*", "wafv2:*"), None, "samples and logs of requests in any region"
            ),
            GlobalService("wellarchitected", ("wellarchitected:*",), None, "descriptions of workloads in any region"),
        )
    }
)
