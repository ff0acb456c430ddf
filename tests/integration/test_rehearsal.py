"""What a program refuses by the live cluster before it registers anything, asked on real brokers."""

from __future__ import annotations

import pytest

from levee.clock import SYSTEM_CLOCK
from levee.diagnostics import Rejected
from levee.loading.load import load_stack
from levee.plan.build import build_plan
from levee_infra.deployed.journal import recorded
from levee_infra.rehearsal import rehearse
from tests.support.deployment import Deployment
from tests.support.live_topics import create_by_hand, delete_by_hand

pytestmark = pytest.mark.integration


def asked(deployment: Deployment) -> list[str]:
    """The messages of what is refused."""
    today = SYSTEM_CLOCK.today()
    plan = build_plan(load_stack(deployment.project, "test"), today)
    try:
        rehearse(plan, deployment.project, recorded(deployment.project, "test"), today)
    except Rejected as rejected:
        return [each.message for each in rejected.diagnostics]
    return []


def held(deployment: Deployment) -> tuple[object, ...]:
    return (deployment.live_topics(), deployment.live_acls(), deployment.live_users(), deployment.live_marks())


def test_what_is_as_it_was_and_what_is_fine_passes_and_makes_nothing(deployment: Deployment) -> None:
    deployment.stream("events")
    assert asked(deployment) == [], "a first deployment"
    assert deployment.up().code == 0
    before = held(deployment)
    assert asked(deployment) == []
    reader, group = deployment.service("reader"), deployment.service("group")
    deployment.stream("events", retention="9d", partitions=3, consumers=f"[{{service: {reader}, groups: [{group}]}}]")
    deployment.stream("another")
    deployment.set_by_hand("events", retention_ms="1000")
    assert asked(deployment) == []
    assert held(deployment) == before


def test_everything_that_a_provider_would_refuse_is_told_at_once(deployment: Deployment) -> None:
    deployment.stream("events")
    assert deployment.up().code == 0
    other = Deployment(deployment.project / "other", deployment.cluster, deployment.word, "other")
    other.stream("theirs", sources=f"[{{service: {deployment.service('stranger')}, kind: application}}]")
    assert other.up().code == 0

    delete_by_hand(deployment.cluster, deployment.topic("events"))
    create_by_hand(deployment.cluster, deployment.topic("events"), partitions=2)
    create_by_hand(deployment.cluster, deployment.topic("taken"), partitions=5)
    deployment.stream("taken")
    deployment.stream("theirs")
    before = held(deployment)
    told = asked(deployment)
    for name, says in (
        ("events", "made again"),
        ("taken", "not as declared"),
        ("theirs", f"{deployment.word}/other"),
    ):
        assert [each for each in told if deployment.topic(name) in each and says in each], (name, told)
    assert held(deployment) == before
