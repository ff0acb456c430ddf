"""A stack that 0.1.0 deployed goes on with this version: nothing is created, replaced or deleted."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.aws.api import AwsApi
from tests.support.aws_deployment import AwsDeployment
from tests.support.cluster import LocalCluster
from tests.support.earlier_state import (
    FILES,
    declare,
    declare_ledger,
    embedded_resources,
    exported,
    go_back_embedded,
    go_back_pulumi,
    pulumi,
)
from tests.support.pulumi_cli import LIMIT_S

pytestmark = pytest.mark.integration

COMPONENT: Final = "levee:index:"
PROVIDER: Final = "pulumi:providers:"
MONITORS: Final = "[{kind: silence, window: 15m}]"
Deploy = Callable[[str], AwsDeployment]


@pytest.fixture
def deployed(tmp_path: Path, cluster: LocalCluster, aws_api: AwsApi) -> Iterator[Deploy]:
    """Deploys, under a word of its own, what the recorded states are of; destroyed at the end."""
    made: list[tuple[AwsDeployment, str]] = []

    def deploy(engine: str) -> AwsDeployment:
        stack = AwsDeployment(tmp_path / "project", cluster, f"elder{engine}", aws_api)
        declare(stack)
        made.append((stack, engine))
        up = stack.up(engine)
        assert up.code == 0, up.text
        return stack

    yield deploy
    for stack, engine in made:
        stack.destroy(engine)


def live(stack: AwsDeployment) -> dict[str, Any]:
    """What brokers and account hold."""
    held = (stack.live_topics(), stack.live_acls(), stack.live_users(), stack.live_marks())
    return {"brokers": held, "account": stack.counts(), "passwords": sorted(stack.passwords()), "roles": stack.roles()}


def recorded(resources: list[dict[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """What is recorded of each resource by its URN, components apart: below none of them, or below one with parts."""
    return {each["urn"]: each for each in resources if each["custom"]}


def same_but_for_order(before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]) -> None:
    assert before.keys() == after.keys()
    for urn, each in before.items():
        for part in ("id", "inputs", "outputs", "parent", "protect"):
            assert each.get(part) == after[urn].get(part), (urn, part)
        assert sorted(each.get("dependencies", ())) == sorted(after[urn].get("dependencies", ())), urn


@pytest.mark.parametrize("engine", ["embedded", "pulumi"])
def test_a_recorded_state_is_of_no_machine(engine: str) -> None:
    text = (FILES / f"{engine}.json").read_text()
    assert not re.search(r"127\.0\.0\.1|localhost|/tmp|/home|/root|BEGIN|[0-9a-f]{8}-[0-9a-f]{4}-", text)
    types = [each["type"] for each in json.loads(text)]
    assert (types.count("levee:index:LogStream"), types.count("levee:index:ServiceCredential")) == (3, 2)


@pytest.mark.timeout(LIMIT_S)
def test_with_the_embedded_engine(deployed: Deploy) -> None:
    stack = deployed("embedded")
    before, now = live(stack), recorded(embedded_resources(stack))
    go_back_embedded(stack)
    assert {each["type"] for each in embedded_resources(stack)} >= {"levee:index:ServiceCredential"}

    for command in (("status",), ("guard",), ("drift", "--engine", "embedded")):
        done = stack.run(command[0], stack.stack, *command[1:])
        assert done.code == 0, done.text
    preview = stack.run("preview", stack.stack, "--engine", "embedded")
    assert preview.summary == "preview: 18 unchanged", preview.text
    up = stack.up()
    assert up.summary == "up: 18 unchanged", up.text
    assert not [line for line in up.out.splitlines() if line.startswith(("+ ", "- ", "~ ", "! "))]
    same_but_for_order(now, recorded(embedded_resources(stack)))
    assert live(stack) == before

    for command in (("status",), ("guard",), ("drift", "--engine", "embedded"), ("verify",)):
        done = stack.run(command[0], stack.stack, *command[1:])
        assert done.code == 0, done.text
    assert stack.up().summary == "up: 18 unchanged"

    declare_ledger(stack, MONITORS)
    up = stack.up()
    assert up.summary == "up: 2 created, 18 unchanged", up.text  # the alarm, and the component that groups
    declare_ledger(stack)
    up = stack.up()
    assert up.summary == "up: 1 deleted, 18 unchanged", up.text
    assert live(stack) == before


@pytest.mark.engine
def test_with_pulumi(deployed: Deploy) -> None:
    stack = deployed("pulumi")
    before, now = live(stack), recorded(exported(stack)["deployment"]["resources"])
    go_back_pulumi(stack)

    shown = stack.project / "preview.json"
    shown.write_text(pulumi(stack, "preview", "--json", "--show-sames"))
    steps = json.loads(shown.read_text())["steps"]
    ops: dict[str, set[str]] = {COMPONENT: set(), PROVIDER: set(), "": set()}
    for step in steps:
        type_ = step["urn"].split("::")[2].rpartition("$")[2]
        ops[next(kind for kind in ops if type_.startswith(kind))].add(step["op"])
    assert ops[""] <= {"refresh", "same"}, "what a provider makes stays as it is"
    assert ops[COMPONENT] <= {"refresh", "same", "delete"}, "what only groups goes"
    assert "delete" in ops[COMPONENT]
    assert ops[PROVIDER] <= {"refresh", "same", "update"}, "a provider learns in place that it holds something"
    guard = stack.run("guard", stack.stack, "--against", "preview", str(shown))
    assert guard.code == 0, guard.text

    up = stack.up("pulumi")
    assert up.code == 0, up.text
    assert re.fullmatch(r"up: 2 updated, \d+ unchanged", up.summary), up.text
    same_but_for_order(now, recorded(exported(stack)["deployment"]["resources"]))
    assert live(stack) == before
    pulumi(stack, "preview", "--expect-no-changes")

    declare_ledger(stack, MONITORS)
    up = stack.up("pulumi")
    assert re.fullmatch(r"up: 2 created, \d+ unchanged", up.summary), up.text
    declare_ledger(stack)
    up = stack.up("pulumi")
    assert re.fullmatch(r"up: 1 deleted, \d+ unchanged", up.summary), up.text
    assert live(stack) == before
