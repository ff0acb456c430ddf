"""The local cluster with real brokers."""

from __future__ import annotations

import pytest

from infra.local import cluster as local
from tests.support.cluster import LocalCluster

pytestmark = pytest.mark.integration


def test_up_again_changes_nothing_and_says_so(cluster: LocalCluster) -> None:
    before = cluster.refresh().status
    lines: list[str] = []

    after = local.up(cluster.settings, lines.append)

    assert after == before
    assert after.state == "running"
    assert [line for line in lines if "already running" in line] == lines
