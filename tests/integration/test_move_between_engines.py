"""A stack changes over from one engine to the other and back: nothing is changed, and one of them holds it."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from levee_infra.deployed.holder import EngineName, holder, move_note
from levee_infra.deployed.location import embedded_state
from tests.support.aws_deployment import AwsDeployment
from tests.support.deployment import Deployment, Result
from tests.support.earlier_state import declare, embedded_resources, exported, pulumi

pytestmark = [pytest.mark.integration, pytest.mark.engine]

REGULATED: Final[dict[str, Any]] = {"class": "audit", "retention": "90d"}
OTHER: Final = {"pulumi": "embedded", "embedded": "pulumi"}
KILLS: Final = """\
#!{python}
import os, signal, subprocess, sys
at = {at!r}
importing = sys.argv[1:3] == ["stack", "import"]
if importing and at == "before":
    os.kill(os.getppid(), signal.SIGKILL)
    raise SystemExit(1)
code = subprocess.run([{cli!r}, *sys.argv[1:]]).returncode
if importing and at == "after":
    os.kill(os.getppid(), signal.SIGKILL)
raise SystemExit(code)
"""
"""A `pulumi` that ends the `levee` that runs it when a state is imported: before that is done, or afterwards."""


def declare_two(deployment: Deployment) -> None:
    """A plain stream and a protected one."""
    deployment.write_stack(f"  {deployment.service('writer')}: {{rotate_every: 90d}}\n")
    deployment.stream("events")
    deployment.stream("audit", **REGULATED)


def take(deployment: Deployment, engine: str, **environment: str) -> Result:
    return deployment.run("state", "import", deployment.stack, "--engine", engine, **environment)


def unchanged(deployment: Deployment, engine: str) -> None:
    """The engine finds nothing to do, and says so; the other one is refused."""
    seen = deployment.up(engine)
    assert seen.code == 0, seen.text
    assert not {"created", "updated", "deleted", "let go"} & set(seen.summary.replace(",", "").split()), seen.text
    assert not [line for line in seen.out.splitlines() if line.startswith(("+ ", "~ ", "- ", "! "))], seen.text
    held = holder(deployment.project, deployment.stack)
    assert (held.engine, held.elsewhere) == (engine, None)
    refused = deployment.up(OTHER[engine])
    assert (refused.code, f"levee state import {deployment.stack} --engine" in refused.err) == (2, True), refused.text


def recorded_by_pulumi(deployment: Any) -> dict[str, Mapping[str, Any]]:
    told = ("type", "id", "inputs", "outputs", "protect", "parent", "provider", "custom")
    resources = exported(deployment)["deployment"].get("resources") or []
    return {
        each["urn"]: {key: each.get(key) or None for key in told} | {"needs": sorted(each.get("dependencies", []))}
        for each in resources
    }


def kept(deployment: Deployment) -> list[Path]:
    return sorted((deployment.project / ".levee" / "moves" / deployment.stack).iterdir())


def test_a_stack_moves_to_pulumi_and_back(new_aws_deployment: Callable[[], AwsDeployment]) -> None:
    """With all that a stack may have: protected streams, an archive, monitors, roles, a rotated credential."""
    stack = new_aws_deployment()
    declare(stack)
    made = stack.up("embedded")
    assert made.code == 0, made.text
    before = sorted(embedded_resources(stack), key=lambda each: str(each["urn"]))

    moved = take(stack, "pulumi")
    assert (moved.code, "held by the pulumi engine" in moved.out) == (0, True), moved.text
    first = recorded_by_pulumi(stack)
    unchanged(stack, "pulumi")
    assert recorded_by_pulumi(stack) == first
    fresh = stack.run("preview", stack.stack, "--engine", "pulumi")
    assert "nothing" in fresh.out or "unchanged" in fresh.out, fresh.text
    providers = [each for each in first.values() if each["type"].startswith("pulumi:providers:")]
    assert {each["inputs"]["onDestroy"] for each in providers} == {"refuse"}
    (journal,) = kept(stack)
    assert journal.name.endswith("-embedded.jsonl")
    assert stat.S_IMODE(journal.stat().st_mode) == 0o600

    again = take(stack, "pulumi")
    assert (again.code, "holds nothing of stack" in again.err) == (2, True), again.text
    back = take(stack, "embedded")
    assert back.code == 0, back.text
    assert sorted(embedded_resources(stack), key=lambda each: str(each["urn"])) == before
    unchanged(stack, "embedded")
    assert sorted(embedded_resources(stack), key=lambda each: str(each["urn"])) == before
    assert set(exported(stack)["deployment"]) >= {"manifest"}
    assert not exported(stack)["deployment"].get("resources")
    assert len(kept(stack)) == 2
    assert {stat.S_IMODE(each.stat().st_mode) for each in kept(stack)} == {0o600}


def test_a_stack_that_pulumi_made_moves_to_the_embedded_engine_and_back(deployment: Deployment) -> None:
    declare_two(deployment)
    assert deployment.up("pulumi").code == 0
    first, topics = recorded_by_pulumi(deployment), deployment.live_topics()
    for engine in ("embedded", "pulumi"):
        moved = take(deployment, engine)
        assert moved.code == 0, moved.text
        unchanged(deployment, engine)
    assert recorded_by_pulumi(deployment) == first
    assert deployment.live_topics() == topics
    refused = deployment.destroy("pulumi")
    assert (refused.code != 0, deployment.live_topics()) == (True, topics), refused.text


def test_by_hand(deployment: Deployment) -> None:
    """An export is taken by `pulumi stack import`; then both hold the same, and one command leaves one of them."""
    declare_two(deployment)
    assert deployment.up("embedded").code == 0
    file = deployment.project / "state.json"
    told = deployment.run("state", "export", "test", "--pulumi", "--output", str(file))
    assert (told.code, told.out, stat.S_IMODE(file.stat().st_mode)) == (0, "", 0o600), told.text
    printed = deployment.run("state", "export", "test", "--pulumi")
    assert json.loads(printed.out)["deployment"]["resources"] == json.loads(file.read_text())["deployment"]["resources"]
    unchanged(deployment, "embedded")

    pulumi(deployment, "stack", "init")  # type: ignore[arg-type]
    pulumi(deployment, "stack", "import", "--file", str(file))  # type: ignore[arg-type]
    assert deployment.up("pulumi").code == 2
    moved = take(deployment, "pulumi")
    assert moved.code == 0, moved.text
    unchanged(deployment, "pulumi")

    pulumi(deployment, "stack", "export", "--file", str(file))  # type: ignore[arg-type]
    refused = deployment.run("state", "import", "test", "--file", str(file))
    assert (refused.code, "is held by the pulumi engine" in refused.err) == (2, True), refused.text
    pulumi(deployment, "stack", "rm", "--force", "--yes", "--preserve-config")  # type: ignore[arg-type]
    taken = deployment.run("state", "import", "test", "--file", str(file))
    assert taken.code == 0, taken.text
    unchanged(deployment, "embedded")


@pytest.mark.parametrize("at", ["before", "after"])
def test_a_killed_move_goes_on(deployment: Deployment, tmp_path: Path, at: str) -> None:
    declare_two(deployment)
    assert deployment.up("embedded").code == 0
    live = (deployment.live_topics(), deployment.live_acls(), deployment.live_users())
    shim = tmp_path / "shim" / "pulumi"
    shim.parent.mkdir()
    cli = next(f"{each}/pulumi" for each in os.environ["PATH"].split(os.pathsep) if Path(each, "pulumi").exists())
    shim.write_text(KILLS.format(python=sys.executable, at=at, cli=cli))
    shim.chmod(0o755)
    for engine in ("pulumi", "embedded"):
        killed = take(deployment, engine, PATH=f"{shim.parent}{os.pathsep}{os.environ['PATH']}")
        assert killed.code == -9, killed.text
        assert move_note(deployment.project, "test").exists()
        for other in ("pulumi", "embedded"):
            refused = deployment.up(other)
            said = f"finish it: `levee state import test --engine {engine}`"
            assert (refused.code, said in refused.err) == (2, True), refused.text
        opposite = take(deployment, OTHER[engine])
        assert (opposite.code, "finish it first" in opposite.err) == (2, True), opposite.text
        finished = take(deployment, engine)
        assert finished.code == 0, finished.text
        unchanged(deployment, engine)
    assert (deployment.live_topics(), deployment.live_acls(), deployment.live_users()) == live


def test_what_can_not_be_moved_stays(deployment: Deployment) -> None:
    deployment.stream("events")
    assert deployment.up("embedded").code == 0
    directory = embedded_state(deployment.project, "test")

    def refused(engine: str, says: str) -> None:
        before = (directory / "journal.jsonl").read_bytes()
        result = take(deployment, engine)
        assert (result.code, says in result.err) == (2, True), result.text
        assert (directory / "journal.jsonl").read_bytes() == before
        assert not move_note(deployment.project, "test").exists()

    refused("embedded", "the pulumi engine holds nothing of stack test")
    (directory / "under-way.json").write_text("[]")
    refused("pulumi", "was interrupted or failed")
    (directory / "under-way.json").unlink()
    told = json.loads(deployment.run("state", "export", "test", "--pulumi").out)
    told["deployment"]["resources"][-1]["outputs"]["secretRef"] = "file:/another"
    file = deployment.project / "state.json"
    file.write_text(json.dumps(told))
    pulumi(deployment, "stack", "init")  # type: ignore[arg-type]
    pulumi(deployment, "stack", "import", "--file", str(file))  # type: ignore[arg-type]
    for engine in EngineName.PULUMI, EngineName.EMBEDDED:
        refused(engine, "holds stack test already, and not the same of it")
