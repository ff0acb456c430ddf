"""Who else may use an MSK cluster, and its tags.

https://docs.aws.amazon.com/msk/1.0/apireference/clusters-clusterarn-policy.html and …/tags-resourcearn.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from tests.support.aws.contract import Refused
from tests.support.aws.msk_clusters import Cluster

MOST_TAGS = 50


def put_policy(cluster: Cluster, asked: Mapping[str, Any]) -> dict[str, Any]:
    """PutClusterPolicy."""
    if asked.get("CurrentVersion", cluster.policy_version) != cluster.policy_version:
        raise Refused("BadRequestException", "The current version of the cluster policy is another one.")
    try:
        statements = json.loads(asked["Policy"])["Statement"]
    except (ValueError, KeyError, TypeError):
        raise Refused("BadRequestException", "The policy is malformed.") from None
    if any("Principal" not in statement for statement in statements):
        raise Refused("BadRequestException", "The policy is malformed: a statement has no principal.")
    cluster.policy, cluster.policy_version = asked["Policy"], f"K{uuid4().hex[:12].upper()}"
    return {"CurrentVersion": cluster.policy_version}


def get_policy(cluster: Cluster, _: Mapping[str, Any]) -> dict[str, Any]:
    """GetClusterPolicy."""
    _require_policy(cluster)
    return {"CurrentVersion": cluster.policy_version, "Policy": cluster.policy}


def delete_policy(cluster: Cluster, _: Mapping[str, Any]) -> dict[str, Any]:
    """DeleteClusterPolicy."""
    _require_policy(cluster)
    cluster.policy, cluster.policy_version = None, ""
    return {}


def _require_policy(cluster: Cluster) -> None:
    if cluster.policy is None:
        raise Refused("NotFoundException", "The cluster has no policy.")


def list_tags(cluster: Cluster, _: Mapping[str, Any]) -> dict[str, Any]:
    """ListTagsForResource."""
    return {"Tags": dict(cluster.tags)}


def tag(cluster: Cluster, asked: Mapping[str, Any]) -> dict[str, Any]:
    """TagResource."""
    tags = {**cluster.tags, **asked["Tags"]}
    if len(tags) > MOST_TAGS or any(key.startswith("aws:") for key in asked["Tags"]):
        raise Refused("BadRequestException", f"At most {MOST_TAGS} tags, none beginning with aws:")
    cluster.tags = tags
    return {}


def untag(cluster: Cluster, asked: Mapping[str, Any]) -> dict[str, Any]:
    """UntagResource."""
    for key in asked["TagKeys"]:
        cluster.tags.pop(key, None)
    return {}
