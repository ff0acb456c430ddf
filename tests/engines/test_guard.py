"""What a program that Pulumi runs refuses by the stack's state, before anything is registered."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from levee.diagnostics import LeveeError, Rejected
from levee.loading.load import load_stack
from levee.plan.build import build_plan
from levee_infra.deployed.guard import guard
from tests.support.answering_cli import AnsweringCli
from tests.support.changing import AUDIT, EVENTS, edit, exported, project
from tests.support.days import MOMENTS
from tests.support.rule_cases import STACK

TODAY = MOMENTS["today"].date()
BUCKET = "levee:aws:ArchiveBucket"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("pulumi.get_organization", lambda: "organization")
    monkeypatch.delenv("PULUMI_BACKEND_URL", raising=False)
    return project(tmp_path / "project")


def guarded(folder: Path) -> list[str]:
    """What it tells and doesn't stop for."""
    told: list[str] = []
    guard(build_plan(load_stack(folder, STACK), TODAY), folder, TODAY, told.append)
    return told


def refused(folder: Path) -> dict[str, str]:
    """The messages of what it refuses, by id."""
    with pytest.raises(Rejected) as rejected:
        guarded(folder)
    assert rejected.value.exit_code == 1
    return {each.id: each.message for each in rejected.value.diagnostics}


def archive(stream: str, *, protect: bool, name: str = "an-archive") -> dict[str, Any]:
    urn = f"urn:pulumi:{STACK}::levee::{BUCKET}::{stream}"
    return {"urn": urn, "type": BUCKET, "inputs": {"name": name}, "protect": protect}


def test_what_is_deployed_as_declared_passes(folder: Path, cli: AnsweringCli) -> None:
    cli.holds(exported())
    assert guarded(folder) == []


def test_nothing_deployed_is_nothing_to_compare_with(folder: Path, cli: AnsweringCli) -> None:
    cli.holds({"version": 3, "deployment": {}})
    assert guarded(folder) == []


def test_a_regulated_topic_that_would_go_is_told_once(folder: Path, cli: AnsweringCli) -> None:
    cli.holds(exported())
    edit(folder, AUDIT, "eu.payments.audit.v1", "eu.payments.audit.v2")
    assert refused(folder).keys() == {"RLS-BLR-001"}


def test_any_other_topic_of_another_name_is_refused_too(folder: Path, cli: AnsweringCli) -> None:
    cli.holds(exported())
    edit(folder, EVENTS, "eu.payments.events.v1", "eu.payments.events.v2")
    assert "eu.payments.events.v1" in refused(folder)["renamed"]


def test_what_is_protected_beside_topics_may_not_be_left_out(folder: Path, cli: AnsweringCli) -> None:
    document = exported()
    document["deployment"]["resources"] += [archive("gone", protect=True), archive("released", protect=False)]
    cli.holds(document)
    assert refused(folder)["protected"].startswith("an-archive (")


def test_what_the_rules_only_tell_is_told(folder: Path, cli: AnsweringCli) -> None:
    cli.holds(exported())
    with (folder / EVENTS).open("a") as stream:
        stream.write("  - {service: auditor, groups: [auditor-events]}\n")
    assert [line for line in guarded(folder) if "RLS-BLR-006" in line]


@pytest.mark.parametrize("percent", ["50", "half", "101", "-1", ""])
def test_a_big_clearance_is_meant_by_a_percentage(
    folder: Path, cli: AnsweringCli, monkeypatch: pytest.MonkeyPatch, percent: str
) -> None:
    cli.holds(exported())
    (folder / EVENTS).unlink()
    services = "  payments-dashboard:\n    owner: payments-team\n    rotate_every: 90d\n"
    edit(folder, f"stacks/{STACK}/stack.yaml", services, "")
    assert refused(folder).keys() == {"RLS-BLR-005"}
    monkeypatch.setenv("LEVEE_MAX_REMOVED", percent)
    if percent == "50":
        assert guarded(folder) == []
        return
    with pytest.raises(LeveeError, match="LEVEE_MAX_REMOVED"):
        guarded(folder)


# Where the state can't be read, nothing passes.


@pytest.fixture
def backend(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[object], Path]:
    """A file backend that holds this as the stack's checkpoint; the file."""

    def holds(latest: object) -> Path:
        file = folder / "backend" / ".pulumi" / "stacks" / "levee" / f"{STACK}.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps({"version": 3, "checkpoint": {"stack": STACK, "latest": latest}}))
        monkeypatch.setenv("PULUMI_BACKEND_URL", (folder / "backend").as_uri())
        return file

    return holds


def test_a_file_backend_is_read_without_the_cli(
    folder: Path, backend: Callable[[object], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    backend(exported()["deployment"])
    monkeypatch.setenv("PATH", "/nonexistent")
    assert guarded(folder) == []
    edit(folder, AUDIT, "eu.payments.audit.v1", "eu.payments.audit.v2")
    assert refused(folder).keys() == {"RLS-BLR-001"}


def test_a_stack_that_was_only_made_holds_nothing(folder: Path, backend: Callable[[object], Path]) -> None:
    backend(None)
    assert guarded(folder) == []


@pytest.mark.parametrize("ending", [".gz", ".zst"])
def test_a_compressed_checkpoint_is_left_to_the_cli(
    folder: Path, backend: Callable[[object], Path], cli: AnsweringCli, ending: str
) -> None:
    """One that lies beside it may be the older."""
    Path(f"{backend(None)}{ending}").touch()
    cli.holds(exported())
    edit(folder, AUDIT, "eu.payments.audit.v1", "eu.payments.audit.v2")
    assert refused(folder).keys() == {"RLS-BLR-001"}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"checkpoint": 1}', '{"checkpoint": {"latest": {"resources": 7}}}'])
def test_a_checkpoint_that_cannot_be_read_is_no_empty_one(
    folder: Path, backend: Callable[[object], Path], text: str
) -> None:
    backend(None).write_text(text)
    with pytest.raises(LeveeError):
        guarded(folder)


@pytest.mark.parametrize("document", [{"version": 3}, {"version": 9, "deployment": {}}, [], 1])
def test_an_export_that_cannot_be_read_is_no_empty_one(folder: Path, cli: AnsweringCli, document: object) -> None:
    cli.holds(document)
    with pytest.raises(LeveeError, match="can't be determined"):
        guarded(folder)


def test_a_state_that_nobody_can_be_asked_for_is_no_empty_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(LeveeError, match="no `pulumi` on PATH"):
        guarded(folder)


def test_a_state_that_may_not_be_read_is_no_empty_one(folder: Path, cli: AnsweringCli) -> None:
    assert cli.calls == []  # a CLI that knows no such stack
    with pytest.raises(LeveeError, match="can't be determined"):
        guarded(folder)
