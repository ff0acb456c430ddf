"""`pulumi up` and `pulumi destroy` by hand, without a preview, as in CI: what is refused has changed nothing."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import pytest

from levee.clock import SYSTEM_CLOCK
from levee_infra.engines.pulumi.environment import additions
from tests.support.deployment import Deployment, Result
from tests.support.kafka_clients import produce
from tests.support.live_topics import create_by_hand

pytestmark = [pytest.mark.integration, pytest.mark.engine]

REGULATED: Final[dict[str, Any]] = {"class": "audit", "retention": "90d"}
SCRIPTED: Final = ("--skip-preview", "--yes")


def pulumi(deployment: Deployment, *arguments: str, **environment: str) -> Result:
    """The CLI as a user runs it after `eval "$(levee env)"`; no traceback may ever be seen."""
    base = {**os.environ, **environment}
    done = subprocess.run(
        ["pulumi", *arguments, "--non-interactive"],
        cwd=deployment.project,
        env={**base, **additions(deployment.project, base)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=1200,
    )
    text = done.stdout + done.stderr
    assert "Traceback" not in text, text
    return Result(done.returncode, done.stdout, done.stderr)


def up(deployment: Deployment, *arguments: str, **environment: str) -> Result:
    return pulumi(deployment, "up", "--stack", "test", *SCRIPTED, *arguments, **environment)


def destroy(deployment: Deployment, *arguments: str, **environment: str) -> Result:
    return pulumi(deployment, "destroy", "--stack", "test", *SCRIPTED, *arguments, **environment)


def recorded(deployment: Deployment, **environment: str) -> Mapping[str, Any]:
    """The resources of the state, by URN: their ids, inputs, outputs and protection."""
    exported = pulumi(deployment, "stack", "export", "--stack", "test", **environment)
    resources = json.loads(exported.out)["deployment"].get("resources", [])
    told = ("type", "id", "inputs", "outputs", "protect", "parent", "provider")
    return {each["urn"]: {key: each.get(key) for key in told} for each in resources}


def held(deployment: Deployment, **environment: str) -> tuple[object, ...]:
    """All that must be as it was: what the brokers hold, and what the state records."""
    topics = deployment.live_topics()
    return (
        topics,
        {key: deployment.live_settings(key) for key in ("audit", "debug")},
        deployment.live_acls(),
        deployment.live_users(),
        deployment.live_marks(),
        recorded(deployment, **environment),
    )


def retire(deployment: Deployment) -> None:
    """A retirement that is due."""
    day = (SYSTEM_CLOCK.today() - timedelta(days=1)).isoformat()
    terms = "approved_by: auditor@example.com, reason: The order system is shut down for good., ticket: OPS-1"
    deployment.stream("audit", extra=f"retire: {{on: {day}, {terms}}}\n", consumers=readers(deployment), **REGULATED)


@pytest.fixture
def audit(deployment: Deployment) -> Deployment:
    """Deployed by hand: a regulated stream with a record and a reader, and one that is not regulated."""
    deployment.write_stack(
        "".join(f"  {deployment.service(name)}: {{rotate_every: 90d}}\n" for name in ("writer", "reader"))
    )
    deployment.stream("audit", consumers=readers(deployment), **REGULATED)
    deployment.stream("debug")
    assert pulumi(deployment, "stack", "init", "test").code == 0
    made = up(deployment)
    assert made.code == 0, made.text
    assert produce(deployment.client("writer"), deployment.topic("audit")) is None
    return deployment


def readers(deployment: Deployment) -> str:
    return f"[{{service: {deployment.service('reader')}, groups: [{deployment.word}]}}]"


def test_an_update_that_is_refused_changes_nothing(audit: Deployment) -> None:
    before = held(audit)
    regulated = {"consumers": readers(audit), **REGULATED}

    def refused(says: str, **environment: str) -> None:
        audit.stream("extra")  # beside it, a change that is fine
        result = up(audit, **environment)
        (audit.streams / "extra.yaml").unlink()
        assert (result.code != 0, says in result.text) == (True, True), result.text
        assert held(audit, **environment) == before

    audit.stream("audit", **regulated, topic=audit.topic("renamed"))
    refused("error[RLS-BLR-001]")
    (audit.streams / "audit.yaml").unlink()
    audit.stream("debug", consumers=readers(audit))
    refused("error[RLS-BLR-001]")
    audit.stream("audit", **regulated)
    audit.stream("debug", topic=audit.topic("renamed"))
    refused("error[renamed]")
    audit.stream("debug", retention="1d")
    refused("error[RLS-BLR-004]")
    audit.stream("debug", partitions=1)
    refused("error[RLS-BLR-002]")
    audit.stream("debug")
    create_by_hand(audit.cluster, audit.topic("taken"), partitions=2)  # without the declared settings
    before = held(audit)
    audit.stream("taken")
    refused("error[refused]")
    (audit.streams / "taken.yaml").unlink()

    unchanged = up(audit)
    assert (unchanged.code, "unchanged" in unchanged.out) == (0, True), unchanged.text
    assert held(audit) == before

    (audit.streams / "debug.yaml").unlink()
    removed = up(audit)
    assert removed.code == 0, removed.text
    assert audit.topic("debug") not in audit.live_topics()
    assert audit.topic("audit") in audit.live_topics()


def test_a_destroy_of_a_protected_stack_deletes_nothing(audit: Deployment) -> None:
    before = held(audit)
    reader = next(
        urn for urn in recorded(audit) if urn.endswith(f"levee:kafka:ServiceCredential::{audit.service('reader')}")
    )
    for arguments in ((), ("--continue-on-error",), ("--run-program",), ("--refresh=false",), ("--target", reader)):
        refused = destroy(audit, *arguments)
        assert refused.code != 0, refused.text
        assert "protect" in refused.text, refused.text
        assert held(audit) == before, arguments

    assert pulumi(audit, "state", "unprotect", "--all", "--yes", "--stack", "test").code == 0
    refused = destroy(audit)
    assert (refused.code != 0, "nothing was deleted: the stack protects" in refused.text) == (True, True), refused.text
    assert held(audit)[:-1] == before[:-1]

    retire(audit)
    released = up(audit)
    assert released.code == 0, released.text
    gone = destroy(audit)
    assert gone.code == 0, gone.text
    assert (audit.live_topics(), audit.live_acls(), audit.live_users()) == ({}, set(), set())
    assert recorded(audit) == {}


def test_one_engine_holds_a_stack_whoever_runs_it(deployment: Deployment) -> None:
    def alive() -> tuple[object, ...]:
        return (deployment.live_topics(), deployment.live_acls(), deployment.live_users(), deployment.live_marks())

    deployment.stream("events")
    assert deployment.up("embedded").code == 0
    before = alive()
    assert pulumi(deployment, "stack", "init", "test").code == 0
    for command in (("preview", "--stack", "test"), ("up", "--stack", "test", *SCRIPTED)):
        refused = pulumi(deployment, *command)
        assert (refused.code != 0, "stack test is held by the embedded engine" in refused.text) == (True, True)
        assert alive() == before
    assert deployment.destroy("embedded").code == 0

    # A backend that is logged in to: the program asks the CLI what is deployed.
    elsewhere = deployment.project / "elsewhere"
    elsewhere.mkdir()
    home = {"PULUMI_HOME": str(deployment.project / "home")}
    assert pulumi(deployment, "login", elsewhere.as_uri(), **home).code == 0
    assert pulumi(deployment, "stack", "init", "test", **home).code == 0
    made = up(deployment, **home)
    assert made.code == 0, made.text
    before = (alive(), recorded(deployment, **home))
    deployment.stream("events", topic=deployment.topic("renamed"))
    refused = up(deployment, **home)
    assert (refused.code != 0, "error[renamed]" in refused.text) == (True, True), refused.text
    assert (alive(), recorded(deployment, **home)) == before
    deployment.stream("events")
    other = deployment.up("embedded")
    assert (other.code, "a backend outside this project" in other.err) == (2, True), other.text
