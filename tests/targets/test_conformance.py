"""What holds of every target: the same stack from its declaration to its end. A new target is a line in WORDS."""

from __future__ import annotations

import json
import re
import secrets
from datetime import timedelta

import pytest

from levee.clock import SYSTEM_CLOCK
from levee.model.stack import Target
from levee_infra.targets.registry import TARGETS
from tests.support.aws.api import AwsApi
from tests.support.cluster import LocalCluster
from tests.support.deployment import Deployment
from tests.support.target_words import WORDS

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module", params=WORDS)
def declared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, cluster: LocalCluster, aws_api: AwsApi
) -> Deployment:
    """The stack before anything was done with it; the tests of this module follow it in their order."""
    return WORDS[request.param](tmp_path_factory.mktemp(request.param), cluster, f"c{secrets.token_hex(4)}", aws_api)


@pytest.fixture(scope="module")
def deployed(declared: Deployment) -> Deployment:
    made = declared.up()
    assert made.code == 0, made.text
    return declared


def topics(stack: Deployment) -> set[str]:
    return {stack.topic("audit"), stack.topic("events")}


def test_every_target_that_is_provisioned_runs_this_suite() -> None:
    assert {Target(name) for name in WORDS} == TARGETS.keys()


def test_it_is_planned_and_passes_the_rules(declared: Deployment) -> None:
    planned = declared.run("plan", declared.stack, "--json")
    assert planned.code == 0, planned.text
    assert {topic["name"] for topic in json.loads(planned.out)["plan"]["topics"]} == topics(declared)
    checked = declared.run("check", declared.stack)
    assert checked.code == 0, checked.text


def test_a_preview_shows_what_would_be_made_and_makes_nothing(declared: Deployment) -> None:
    shown = declared.run("preview", declared.stack, "--engine", "embedded")
    assert shown.code == 0, shown.text
    assert all(f"+ topic {name}" in shown.out for name in topics(declared)), shown.out
    assert declared.live_topics() == {}
    assert declared.live_users() == set()


def test_it_is_made_and_made_once(deployed: Deployment) -> None:
    assert deployed.live_topics() == dict.fromkeys(topics(deployed), (2, 3))
    assert deployed.live_users() == {f"{deployed.service(name)}.g1" for name in ("writer", "reader")}
    again = deployed.up()
    assert again.code == 0, again.text
    assert re.fullmatch(r"up: \d+ unchanged", again.summary), again.out


def test_it_is_proved_with_no_password_shown(deployed: Deployment) -> None:
    proved = deployed.run("verify", deployed.stack, "--json")
    assert proved.code == 0, proved.text
    proof = json.loads(proved.out)
    assert proof["holds"]
    assert {outcome["user"] for outcome in proof["outcomes"]} == deployed.live_users()


def test_what_somebody_changed_is_drift_until_it_is_put_back(deployed: Deployment) -> None:
    assert deployed.run("drift", deployed.stack, "--engine", "embedded").code == 0
    deployed.set_by_hand("audit", retention_ms="1000")
    found = deployed.run("drift", deployed.stack, "--engine", "embedded")
    assert found.code == 3, found.text
    assert deployed.topic("audit") in found.out
    assert deployed.up().code == 0
    assert deployed.run("drift", deployed.stack, "--engine", "embedded").code == 0


def test_a_regulated_stream_is_never_destroyed(deployed: Deployment) -> None:
    destroyed = deployed.destroy()
    assert destroyed.code == 1, destroyed.text
    assert deployed.live_topics().keys() == topics(deployed)
    assert deployed.up().summary.endswith("unchanged")


def test_what_is_retired_is_let_go_of_and_the_rest_is_gone(deployed: Deployment) -> None:
    file, due = deployed.streams / "audit.yaml", SYSTEM_CLOCK.today() - timedelta(days=1)
    with file.open("a") as stream:
        said = "approved_by: dpo, reason: replaced by another stream, ticket: GOV-1"
        stream.write(f"retire: {{on: {due}, {said}, let_go: true}}\n")
    retired = deployed.up()
    assert retired.code == 0, retired.text
    destroyed = deployed.destroy()
    assert destroyed.code == 0, destroyed.text
    assert deployed.live_topics().keys() == {deployed.topic("audit")}
    assert deployed.live_users() == set()
    status = json.loads(deployed.run("status", deployed.stack, "--json").out)
    assert status["resources"] == 0
