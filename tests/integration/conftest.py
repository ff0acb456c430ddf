"""Projects on the session's cluster, each with names of its own."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from tests.support.cluster import LocalCluster
from tests.support.deployment import Deployment


@pytest.fixture
def deployment(tmp_path: Path, cluster: LocalCluster) -> Deployment:
    """A stack with no stream yet."""
    return Deployment(tmp_path, cluster, f"t{secrets.token_hex(4)}")
