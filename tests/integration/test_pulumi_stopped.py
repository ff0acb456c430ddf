"""Pulumi's own engine stopped by signals, and refused things: exit codes, what is told, and a state that is true."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from typing import Any, Final

import pytest

from levee.plan import type_tokens
from levee_infra.engines.pulumi.environment import environment
from levee_policies.readback import topic
from tests.support.deployment import Deployment, Result

pytestmark = [
    pytest.mark.integration,
    pytest.mark.engine,
]

STREAMS: Final = 80
"""More than are deleted at once until the last run here."""

FIRST_DELETED: Final = re.compile(r" -  (kafka:index:Topic|levee:kafka:ServiceCredential) .* deleted \(")


def pulumi(*arguments: str) -> list[str]:
    return ["pulumi", *arguments, "--stack", "test", "--non-interactive"]


def resources(deployment: Deployment) -> list[dict[str, Any]]:
    """What Pulumi's state holds; nothing of it is in doubt."""
    exported = subprocess.run(
        pulumi("stack", "export"),
        cwd=deployment.project,
        env=environment(deployment.project),
        capture_output=True,
        text=True,
        check=True,
    )
    document = json.loads(exported.stdout)["deployment"]
    assert not document.get("pending_operations")
    return list(document.get("resources", []))


def begin(deployment: Deployment, command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        cwd=deployment.project,
        env=environment(deployment.project),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def stopped(deployment: Deployment, command: list[str], send: Callable[[int], None]) -> tuple[int, str]:
    """Exit code and output of a run that gets a signal when the first thing is deleted."""
    with begin(deployment, command) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if FIRST_DELETED.search(line):
                send(process.pid)
                break
        rest, _ = process.communicate()
    text = "".join(lines) + rest
    assert "Traceback" not in text
    return process.returncode, text


def sent(number: int) -> Callable[[int], None]:
    return lambda process: os.kill(process, number)


def sent_to_group(number: int) -> Callable[[int], None]:
    return lambda process: os.killpg(process, number)


def assert_true_to_the_brokers(deployment: Deployment, held: list[dict[str, Any]]) -> None:
    """Whatever was under way ran to its end and is recorded, and nothing else."""
    topics = {each["outputs"]["name"] for each in held if each["type"] == topic.TYPE}
    users = {each["outputs"]["service"] for each in held if each["type"] == type_tokens.KAFKA_SERVICE_CREDENTIAL}
    assert set(deployment.live_topics()) == topics
    assert deployment.live_users() == {f"{user}.g1" for user in users}


def test_a_destroy_that_is_stopped_is_no_success_and_goes_on(deployment: Deployment) -> None:
    for number in range(STREAMS):
        service = deployment.service(f"writer-{number}")
        deployment.stream(f"events-{number}", sources=f"[{{service: {service}, kind: application}}]")
    made = deployment.up("pulumi")
    assert made.code == 0, made.text
    raw = pulumi("destroy", "--yes", "--skip-preview")
    levee = deployment.command("destroy", "test", "--yes", "--engine", "pulumi")
    held = resources(deployment)
    for command, send, code in (
        (raw, sent(signal.SIGINT), 1),  # the CLI has one exit code for whatever fails
        (raw, sent(signal.SIGTERM), 1),
        (levee, sent(signal.SIGTERM), 143),
        (levee, sent_to_group(signal.SIGINT), 130),
    ):
        before, (ended, text) = held, stopped(deployment, command, send)
        assert ended == code, text
        held = resources(deployment)
        assert 0 < len(held) < len(before)
        assert_true_to_the_brokers(deployment, held)
        if command is raw:
            assert "not deleted, as the run was interrupted; run the same command again to go on" in text
        else:
            assert f"before everything was done; the state of stack test holds {len(held)} resources: " in text
            assert "help: go on with `levee destroy test --engine pulumi`" in text
            assert not re.search(r"^destroy: ", text, re.MULTILINE), "no summary as of a success"
    last = deployment.destroy("pulumi")
    assert last.code == 0, last.text
    assert (resources(deployment), deployment.live_topics(), deployment.live_users()) == ([], {}, set())


def run(deployment: Deployment, *arguments: str) -> Result:
    """The CLI by hand: no traceback."""
    with begin(deployment, pulumi(*arguments)) as process:
        text, _ = process.communicate()
    assert "Traceback" not in text, text
    return Result(process.returncode, text, "")


PULUMIS_OWN: Final = ("update failed", "preview failed", "Resource monitor has terminated, shutting down")
"""How the CLI and its SDK report that a run failed, beside its reason."""


def refused(deployment: Deployment, *arguments: str) -> str:
    """What Diagnostics say: the CLI's last word on each resource."""
    result = run(deployment, *arguments)
    assert result.code == 1, result.text
    said = result.text.partition("Diagnostics:")[2].partition("Resources:")[0]
    errors = re.findall(r"^ +error\b.*", said, re.MULTILINE)
    assert len([each for each in errors if not each.endswith(PULUMIS_OWN)]) == 1, result.text
    return said


def test_an_up_that_is_stopped_at_once_is_taken_up_and_can_be_destroyed(deployment: Deployment) -> None:
    """The CLI keeps what was being created as pending, whatever follows."""
    for number in range(12):
        deployment.stream(f"events-{number}")
    with begin(deployment, deployment.command("up", "test", "--yes", "--engine", "pulumi")) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if re.search(r"Topic .* creat(ing|ed) \(", line):
                break
        for _ in range(2):
            os.kill(process.pid, signal.SIGINT)
            time.sleep(0.2)
        process.communicate()
    assert process.returncode == 130
    up = deployment.up("pulumi")
    assert up.code == 0, up.text
    assert len(deployment.live_topics()) == 12
    destroyed = deployment.destroy("pulumi")
    assert destroyed.code == 0, destroyed.text
    assert (deployment.live_topics(), deployment.live_acls(), deployment.live_users()) == ({}, set(), set())


def test_what_is_refused_is_told_without_a_traceback(deployment: Deployment) -> None:
    file = deployment.stream("events")
    assert deployment.up("pulumi").code == 0
    text = file.read_text()
    up = ("up", "--yes", "--skip-preview")

    file.write_text(text + "misspelt: 1\n")
    assert "misspelt" in refused(deployment, "preview"), "a file"

    file.write_text(text.replace("events.v1", "renamed.v1"))
    assert "can't become" in refused(deployment, "preview"), "what the state tells"
    assert "can't become" in refused(deployment, *up)
    file.write_text(text)

    blocked = deployment.project / "secrets" / f"{deployment.service('late')}.g1.properties"
    blocked.mkdir()
    late = deployment.stream("late", sources=f"[{{service: {deployment.service('late')}, kind: application}}]")
    assert "isn't a plain file" in refused(deployment, "preview"), "a rehearsed Create"
    assert "isn't a plain file" in refused(deployment, *up), "Create"
    late.unlink()
    blocked.rmdir()

    stack = deployment.folder / "stack.yaml"
    stack.write_text(re.sub(r"bootstrap: .*", 'bootstrap: ["127.0.0.1:1"]', stack.read_text()))
    assert "127.0.0.1:1" in refused(deployment, "preview"), "brokers that don't answer"
