"""`levee up` killed, interrupted, and on a cluster that loses a broker: running it again ends as declared."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.support.cluster import running_cluster, session_base_port
from tests.support.deployment import Deployment
from tests.support.kafka_clients import login_error, produce
from tests.support.live_topics import delete_by_hand

pytestmark = pytest.mark.integration

STREAMS = 12


def declare(deployment: Deployment) -> None:
    """Many small things, so that a kill lands between them."""
    for number in range(STREAMS):
        service = deployment.service(f"writer-{number}")
        deployment.stream(f"events-{number}", sources=f"[{{service: {service}, kind: application}}]")


def assert_as_declared(deployment: Deployment) -> None:
    services = {deployment.service(f"writer-{number}") for number in range(STREAMS)}
    assert deployment.live_topics() == {deployment.topic(f"events-{number}"): (2, 3) for number in range(STREAMS)}
    assert deployment.live_users() == {f"{service}.g1" for service in services}
    assert len(deployment.live_acls()) == 2 * STREAMS
    things = [*map(deployment.topic, (f"events-{number}" for number in range(STREAMS)))]
    things += [f"User:{service}.g1" for service in services]
    assert deployment.live_marks() == {(deployment.owner, thing) for thing in things}
    for number in (0, STREAMS - 1):
        assert produce(deployment.client(f"writer-{number}"), deployment.topic(f"events-{number}")) is None


def kill_after(process: subprocess.Popen[str], seconds: float) -> bool:
    """Kill it at that moment of its run; whether it was still running."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return True
    process.communicate()
    return False


def test_killed_at_many_points_it_converges(deployment: Deployment) -> None:
    """Each round kills later; the moments are spread over the whole run, which the first rounds lengthen."""
    declare(deployment)
    moments = random.Random(7)
    killed, seconds = 0, 0.8
    while kill_after(deployment.start("up", "test", "--yes", "--engine", "embedded"), seconds):
        killed += 1
        seconds += moments.uniform(0.1, 0.3)
        assert killed < 40
    assert killed >= 3
    assert deployment.up().code == 0
    assert_as_declared(deployment)
    again = deployment.up()
    assert (again.code, "created" in again.summary, "updated" in again.summary) == (0, False, False)


@pytest.mark.engine
@pytest.mark.parametrize("topics", [1, STREAMS])
def test_killed_under_pulumi_it_converges(deployment: Deployment, topics: int) -> None:
    """Its state, which is written at the end, holds nothing of what was made: everything is adopted."""
    declare(deployment)
    kill_with_all_it_started(deployment, lambda: len(deployment.live_topics()) >= topics)
    again = deployment.up("pulumi")
    assert again.code == 0, again.text
    assert_as_declared(deployment)
    assert "Updating (" not in deployment.up("pulumi").out


@pytest.mark.engine
def test_killed_while_it_makes_a_topic_again_it_knows_it_for_its_own(deployment: Deployment) -> None:
    """The state knew another topic of that name, which somebody deleted."""
    declare(deployment)
    assert deployment.up("pulumi").code == 0
    for _ in range(3):
        delete_by_hand(deployment.cluster, deployment.topic("events-0"))
        kill_with_all_it_started(deployment, lambda: deployment.topic("events-0") in deployment.live_topics())
        again = deployment.up("pulumi")
        assert again.code == 0, again.text
        assert_as_declared(deployment)


def kill_with_all_it_started(deployment: Deployment, reached: Callable[[], bool]) -> None:
    """Begin an `up` under Pulumi, and kill all of its processes at a certain point."""
    command = deployment.command("up", deployment.stack, "--yes", "--engine", "pulumi")
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as up:
        while not reached():
            assert up.poll() is None, "it ended before it made enough"
        levee = psutil.Process(up.pid)
        processes = [levee, *levee.children(recursive=True)]
        for process in processes:
            process.kill()
        psutil.wait_procs(processes)


def test_killed_while_destroying_it_converges(deployment: Deployment) -> None:
    declare(deployment)
    assert deployment.up().code == 0
    seconds = 0.8
    while kill_after(deployment.start("destroy", "test", "--yes", "--engine", "embedded"), seconds):
        seconds += 0.2
    assert deployment.destroy().code == 0
    assert (deployment.live_topics(), deployment.live_acls(), deployment.live_users()) == ({}, set(), set())
    assert deployment.live_marks() == set(), "the last that goes, also of what a killed run had deleted already"


def test_killed_during_a_rotation_the_service_always_has_a_working_login(deployment: Deployment) -> None:
    writer = deployment.service("writer")
    deployment.stream("events")
    assert deployment.up().code == 0
    deployment.write_stack(f"  {writer}: {{generation: 2}}\n")
    seconds = 0.8
    while kill_after(deployment.start("up", "test", "--yes", "--engine", "embedded"), seconds):
        assert produce(deployment.client("writer", 1), deployment.topic("events")) is None
        seconds += 0.25
    assert deployment.up().code == 0
    assert [login_error(deployment.client("writer", n)) for n in (1, 2)] == [None, None]


def test_interrupted_it_stops_in_order_and_goes_on_later(deployment: Deployment) -> None:
    declare(deployment)
    process = deployment.start("up", "test", "--yes", "--engine", "embedded")
    time.sleep(1.0)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert "Traceback" not in out + err
    assert deployment.up().code == 0
    assert_as_declared(deployment)


def test_a_broker_that_dies_during_up(tmp_path: Path) -> None:
    """On a cluster of its own: the session's is not to be hurt."""
    with running_cluster(session_base_port(100)) as cluster:
        deployment = Deployment(tmp_path, cluster, "dying")
        declare(deployment)
        process = deployment.start("up", "test", "--yes", "--engine", "embedded")
        time.sleep(1.2)
        os.kill(cluster.status.brokers[-1].pid or 0, signal.SIGKILL)
        out, err = process.communicate(timeout=200)
        assert "Traceback" not in out + err
        if process.returncode != 0:
            assert deployment.up().code == 0, out + err
        assert_as_declared(deployment)
