"""Kafka's own class, as brokers have it, verifies the tokens of the played IAM."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from levee_infra.local.ibm.account import ISSUER
from levee_infra.local.jars import ensure_jars
from tests.support.cluster import JARS
from tests.support.ibm_cloud import ACCOUNT, OWNER_KEY, IbmCloud

VERIFIER = Path(__file__).parents[2] / "support" / "TokenVerifier.java"


@pytest.mark.integration
def test_the_principal_of_a_token_is_its_iam_id(cloud: IbmCloud) -> None:
    service_id = cloud.identities().create_service_id(ACCOUNT, "siem-shipper").get_result()["iam_id"]
    key = cloud.identities().create_api_key("k", service_id).get_result()["apikey"]
    tokens = [cloud.authenticator(each).token_manager.get_token() for each in (OWNER_KEY, key)]
    head, claims, signature = tokens[1].split(".")

    assert [principal(cloud, token) for token in tokens] == ["IBMid-owner", service_id]
    assert principal(cloud, f"{head}.{claims}.{signature[::-1]}") == "refused"


def principal(cloud: IbmCloud, token: str) -> str:
    keys = f"{cloud.url}/iam/identity/keys"
    classpath = os.pathsep.join(map(str, ensure_jars(JARS, lambda _: None)))
    allowed = f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls={keys}"
    command = ["java", "-cp", classpath, allowed, str(VERIFIER), keys, ISSUER]
    ended = subprocess.run(command, input=token, capture_output=True, text=True, check=True, timeout=120)
    return ended.stdout.strip()
