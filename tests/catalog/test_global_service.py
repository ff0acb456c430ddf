"""Services without regions, against what botocore ships and what AWS's sample policy exempts."""

from __future__ import annotations

import json
from pathlib import Path

import botocore

from levee.catalog.global_service import GLOBAL_SERVICES
from levee.catalog.partition import PARTITIONS

ENDPOINTS = Path(botocore.__file__).parent / "data" / "endpoints.json"


def test_control_planes_lie_where_botocore_signs_for() -> None:
    services = json.loads(ENDPOINTS.read_text())["partitions"][0]["services"]
    for service in GLOBAL_SERVICES.values():
        scope = services.get(service.name, {}).get("endpoints", {}).get("aws-global", {}).get("credentialScope", {})
        if service.control_plane is not None and scope:
            assert service.control_plane == scope["region"], service.name


def test_another_partition_runs_its_own() -> None:
    iam, kms = GLOBAL_SERVICES["iam"], GLOBAL_SERVICES["kms"]
    assert iam.control_plane_in(PARTITIONS["aws"]) == "us-east-1"
    assert iam.control_plane_in(PARTITIONS["aws-eusc"]) == "eusc-de-east-1"
    assert kms.control_plane_in(PARTITIONS["aws-eusc"]) is None


def test_the_exemptions_are_those_of_the_sample() -> None:
    actions = [action for service in GLOBAL_SERVICES.values() for action in service.actions]
    assert len(actions) == len(set(actions)) == 42
    assert {"kms:*", "iam:*", "sts:*", "s3:ListAllMyBuckets", "ec2:DescribeRegions"} <= set(actions)
    assert not any(action.startswith(("kafka", "logs", "secretsmanager", "firehose", "sqs")) for action in actions)


def test_every_exemption_tells_its_hole() -> None:
    assert all(service.hole for service in GLOBAL_SERVICES.values())
