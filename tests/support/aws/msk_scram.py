"""Which secrets an MSK cluster lets users in by.

https://docs.aws.amazon.com/msk/latest/developerguide/msk-password-tutorial.html and msk-password-limitations.html. The
codes and messages of unprocessed secrets are those that users report; that a secret is associated twice, or
disassociated without having been, has none known and is taken as done.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from moto.secretsmanager.exceptions import SecretNotFoundException
from moto.secretsmanager.models import secretsmanager_backends

from tests.support.aws.contract import Refused
from tests.support.aws.msk_clusters import Cluster

MOST_PER_CALL = 10
MOST_PER_CLUSTER = 1000
POLICY_ID = "AWSKafkaResourcePolicy"


def associate(cluster: Cluster, asked: Mapping[str, Any]) -> dict[str, Any]:
    """BatchAssociateScramSecret."""
    arns = _checked(cluster, asked)
    if len({*cluster.secrets, *arns}) > MOST_PER_CLUSTER:
        raise Refused("BadRequestException", f"A cluster has at most {MOST_PER_CLUSTER} associated secrets.")
    unprocessed = []
    for arn in arns:
        if problem := _problem(cluster, arn):
            unprocessed.append({"ErrorCode": "InvalidSecretArn", "ErrorMessage": problem, "SecretArn": arn})
        elif arn not in cluster.secrets:
            _let_msk_read(cluster, arn)
            cluster.secrets.append(arn)
    return {"ClusterArn": cluster.arn, "UnprocessedScramSecrets": unprocessed}


def disassociate(cluster: Cluster, asked: Mapping[str, Any]) -> dict[str, Any]:
    """BatchDisassociateScramSecret."""
    for arn in _checked(cluster, asked):
        if arn in cluster.secrets:
            cluster.secrets.remove(arn)
    return {"ClusterArn": cluster.arn, "UnprocessedScramSecrets": []}


def list_secrets(cluster: Cluster, _: Mapping[str, Any]) -> list[str]:
    """ListScramSecrets."""
    return list(cluster.secrets)


def _checked(cluster: Cluster, asked: Mapping[str, Any]) -> list[str]:
    arns: list[str] = asked["SecretArnList"]
    if not 1 <= len(arns) <= MOST_PER_CALL:
        raise Refused("BadRequestException", f"The list of secrets must have from 1 to {MOST_PER_CALL} items.")
    if cluster.kind != "PROVISIONED" or not cluster.scram:
        raise Refused("BadRequestException", "SASL/SCRAM is not enabled on the cluster.")
    if cluster.state != "ACTIVE":
        raise Refused("BadRequestException", f"You can't update a cluster that is in the {cluster.state} state.")
    return arns


def _problem(cluster: Cluster, arn: str) -> str | None:
    """Why MSK can't use a secret."""
    unreadable = "Amazon MSK wasn't able to access the provided secret."
    if arn.split(":")[3:5] != [cluster.region, cluster.account]:
        return unreadable
    try:
        secret = _secrets(cluster).describe_secret(arn)
    except SecretNotFoundException:
        return unreadable
    if secret.arn != arn or secret.is_deleted():
        return unreadable
    if not secret.name.startswith("AmazonMSK_"):
        return "The provided secret arn cannot be used with Amazon MSK. Secret names must have the prefix 'AmazonMSK_'"
    if secret.kms_key_id in (None, "alias/aws/secretsmanager"):
        return "The provided secret is encrypted with the default key. You can't use this secret with Amazon MSK."
    return None


def _let_msk_read(cluster: Cluster, arn: str) -> None:
    """Add to the secret's policy the statement that MSK adds when a secret is associated."""
    backend = _secrets(cluster)
    policy = json.loads(backend.describe_secret(arn).policy or '{"Version": "2012-10-17", "Statement": []}')
    if POLICY_ID not in {statement.get("Sid") for statement in policy["Statement"]}:
        policy["Statement"].append(
            {
                "Sid": POLICY_ID,
                "Effect": "Allow",
                "Principal": {"Service": "kafka.amazonaws.com"},
                "Action": "secretsmanager:GetSecretValue",
                "Resource": arn,
            }
        )
        backend.put_resource_policy(arn, json.dumps(policy))


def _secrets(cluster: Cluster) -> Any:
    return secretsmanager_backends[cluster.account][cluster.region]
