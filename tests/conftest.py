"""Fixtures for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.cluster import LocalCluster, running_cluster, session_base_port


@pytest.fixture(scope="session")
def cluster() -> Iterator[LocalCluster]:
    """Three real brokers, started once for the session. Tests name their topics and users so that none collide."""
    with running_cluster(session_base_port()) as running:
        yield running
