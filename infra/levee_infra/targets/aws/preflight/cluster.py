"""The Amazon MSK cluster that a stack names: in the boundary, ready, closed and encrypted, and the declared one.

Sources: https://docs.aws.amazon.com/msk/1.0/apireference-v2/v2-clusters-clusterarn.html and
https://docs.aws.amazon.com/msk/latest/developerguide/port-info.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

from levee.model.cluster import ClientTraffic
from levee.model.problem import Problem
from levee.plan.planned import Plan
from levee.targets.aws.block import aws_block
from levee.targets.aws.iam.arn import ClusterArn
from levee_infra.providers.protocol.failures import FailedError
from levee_infra.targets.aws.api import Api
from levee_infra.targets.aws.arn_scope import outside
from levee_infra.targets.aws.msk_cluster import describe
from levee_infra.targets.findings import Findings, unverified

UNFINISHED = ("ConflictException",)
SETTLED: Final = "ACTIVE"
UNDER_WAY: Final = frozenset({"CREATING", "UPDATING", "MAINTENANCE", "HEALING", "REBOOTING_BROKER"})
SCRAM: Final = "SaslScram"
_BROKER: Final = re.compile(r"^b-[0-9]+(-public)?\.")


async def look_at_cluster(plan: Plan, api: Api) -> Findings:
    """Ask for the cluster; a stack that names none runs on brokers that aren't MSK's."""
    arn, origin = aws_block(plan).cluster_arn, plan.block.origin.at("cluster_arn")
    if arn is None:
        return Findings()
    if reason := _misnamed(arn, api):
        return Findings((Problem("outside", reason, "name a cluster of the stack's own account and region", origin),))
    try:
        about = await describe(api, arn)
        if about is None:
            return Findings((Problem("no-cluster", f"there is no MSK cluster {arn}", "correct its ARN", origin),))
        brokers = await api.find("kafka", "get_bootstrap_brokers", UNFINISHED, ClusterArn=arn)
    except FailedError as error:
        return Findings((unverified(f"the cluster {arn}", error, origin),))
    return Findings((*judge_cluster(plan, about), *judge_brokers(plan, brokers or {})))


def judge_cluster(plan: Plan, about: Mapping[str, Any]) -> Iterator[Problem]:
    """Where the cluster, by its ClusterInfo, isn't ready or is more open than the stack declares."""
    origin = plan.block.origin.at("cluster_arn")
    state = about.get("State")
    if state != SETTLED:
        passes = state in UNDER_WAY
        hint = "wait until it is ACTIVE, then run again" if passes else "repair it, or name another"
        yield Problem("cluster-not-ready", f"the MSK cluster is {state}", hint, origin)
    provisioned = about.get("Provisioned")
    if provisioned is None:
        message = f"the MSK cluster is {about.get('ClusterType')}: it takes no SCRAM users"
        yield Problem("no-scram", message, "name a provisioned cluster", origin)
        return
    yield from _clients(plan, provisioned)
    yield from _encryption(plan, provisioned.get("EncryptionInfo", {}))


def judge_brokers(plan: Plan, brokers: Mapping[str, Any]) -> Iterator[Problem]:
    """Where a declared broker is none of the cluster's: by its domain and port, for AWS names but three of them."""
    listed = [
        address for member, text in sorted(brokers.items()) if SCRAM in member for address in str(text).split(",")
    ]
    live = {_place(address) for address in listed}
    for index, declared in enumerate(plan.cluster.bootstrap):
        if _place(declared) not in live:
            yield Problem(
                "wrong-broker",
                f"{declared} is no broker of the MSK cluster; those that take SCRAM are "
                f"{', '.join(listed) or 'unknown yet'}",
                "write these under cluster.bootstrap, or name the cluster that is meant in aws.cluster_arn",
                plan.origin.at("cluster", "bootstrap", index),
            )


def _misnamed(arn: str, api: Api) -> str | None:
    try:
        ClusterArn.parse(arn)
    except ValueError as problem:
        return f"{arn} {problem}"
    return outside(arn, api.connection)


def _place(address: str) -> str:
    return _BROKER.sub("", address.strip())


def _clients(plan: Plan, provisioned: Mapping[str, Any]) -> Iterator[Problem]:
    """Who can reach it, and how they prove who they are."""
    network = plan.cluster.network
    open_ = partial(_open, plan, "network")
    access = provisioned.get("ClientAuthentication", {})
    if not access.get("Sasl", {}).get("Scram", {}).get("Enabled"):
        message = "the MSK cluster takes no SCRAM users: SASL/SCRAM is switched off"
        yield Problem("no-scram", message, "switch it on for the cluster", plan.block.origin.at("cluster_arn"))
    if access.get("Unauthenticated", {}).get("Enabled") and not network.unauthenticated:
        yield open_("unauthenticated", "lets in clients that don't say who they are")
    ways = provisioned.get("BrokerNodeGroupInfo", {}).get("ConnectivityInfo", {})
    public = ways.get("PublicAccess", {}).get("Type", "DISABLED")
    if public != "DISABLED" and not network.public:
        yield open_("public", f"can be reached from the internet (public access is {public})")


def _encryption(plan: Plan, encryption: Mapping[str, Any]) -> Iterator[Problem]:
    """What is encrypted, and with which key."""
    declared, transit = plan.cluster.encryption, encryption.get("EncryptionInTransit", {})
    open_ = partial(_open, plan, "encryption")
    traffic = transit.get("ClientBroker", "unknown")
    if traffic != "TLS" and declared.clients in {None, ClientTraffic.TLS}:
        yield open_("clients", f"takes other traffic of clients than TLS ({traffic})")
    if not transit.get("InCluster") and declared.between_brokers is not False:
        yield open_("between_brokers", "doesn't encrypt what brokers send each other")
    key = encryption.get("EncryptionAtRest", {}).get("DataVolumeKMSKeyId")
    if declared.key is not None and key != declared.key:
        yield Problem(
            "wrong-key",
            f"the MSK cluster encrypts what it stores with {key or 'an unknown key'}, and the stack declares "
            f"{declared.key}",
            "declare the key that is in use: a cluster's key can't be changed",
            plan.origin.at("cluster", "encryption", "encrypted_by"),
        )


def _open(plan: Plan, part: str, field: str, what: str) -> Problem:
    return Problem(
        "cluster-open",
        f"the MSK cluster {what}, which the stack doesn't declare",
        f"close it; or write it under cluster.{part} and let the rules judge it",
        plan.origin.at("cluster", part, field),
    )
