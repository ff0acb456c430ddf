"""Projects on the session's cluster, each with names of its own."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.aws.api import AwsApi
from tests.support.aws_deployment import AwsDeployment
from tests.support.cluster import LocalCluster
from tests.support.deployment import Deployment


@pytest.fixture
def deployment(tmp_path: Path, cluster: LocalCluster) -> Deployment:
    """A stack with no stream yet."""
    return Deployment(tmp_path, cluster, f"t{secrets.token_hex(4)}")


@pytest.fixture(scope="module")
def new_aws_deployment(
    tmp_path_factory: pytest.TempPathFactory, cluster: LocalCluster, aws_api: AwsApi
) -> Callable[[], AwsDeployment]:
    """Makes stacks of target aws with declared streams, none of which has anything yet."""

    def make() -> AwsDeployment:
        word = f"a{secrets.token_hex(4)}"
        deployment = AwsDeployment(tmp_path_factory.mktemp("aws"), cluster, word, aws_api)
        deployment.declare_streams()
        return deployment

    return make
