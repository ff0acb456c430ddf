"""Fixtures for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from levee.clock import Clock
from tests.support import pulumi_cli
from tests.support.aws.api import AwsApi, running_api
from tests.support.cluster import LocalCluster, running_cluster, session_base_port
from tests.support.days import MOMENTS, ZONES, in_zone

settings.register_profile("levee", deadline=None)  # how long an example takes says how busy the machine is
settings.load_profile("levee")


def pytest_configure() -> None:
    """Before anything is collected, so that workers and what they start see the same CLI."""
    pulumi_cli.prepare()


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    pulumi_cli.tidy()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of Pulumi's own engine need its CLI, and time."""
    pulumi_cli.mark(items)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before any fixture of the test is set up."""
    pulumi_cli.show(item)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in the last lines whether Pulumi's own engine was tried."""
    reports = (report for reports in terminalreporter.stats.values() for report in reports)
    engine = {each.nodeid for each in reports if isinstance(each, pytest.TestReport) and "engine" in each.keywords}
    if engine:
        terminalreporter.write_line(f"{pulumi_cli.described()}; {len(engine)} tests")


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
