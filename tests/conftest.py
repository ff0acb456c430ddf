"""Fixtures for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from levee.clock import Clock
from tests.support.aws.api import AwsApi, running_api
from tests.support.cluster import LocalCluster, running_cluster, session_base_port
from tests.support.days import MOMENTS, ZONES, in_zone

settings.register_profile("levee", deadline=None)  # how long an example takes says how busy the machine is
settings.load_profile("levee")


@pytest.fixture(params=ZONES)
def zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """The time zone of the machine: nothing may depend on it."""
    with in_zone(ZONES[request.param]):
        yield request.param


@pytest.fixture(params=MOMENTS)
def clock(request: pytest.FixtureRequest, zone: str) -> Clock:
    """The clock of a run: today, years ahead, about a year's end, in each time zone."""
    return Clock.fixed(MOMENTS[request.param])


@pytest.fixture(scope="session")
def cluster() -> Iterator[LocalCluster]:
    """Three real brokers, started once for the session. Tests name their topics and users so that none collide."""
    with running_cluster(session_base_port()) as running:
        yield running


@pytest.fixture(scope="session")
def aws_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AwsApi]:
    """The AWS API of one account on loopback, started when the first test asks for it: 2 s. Shared by the session."""
    with running_api(tmp_path_factory.mktemp("aws")) as running:
        yield running
