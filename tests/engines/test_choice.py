"""Which engine carries a deployment out: what is asked for, what is installed, and who holds the stack."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from levee.diagnostics import LeveeError
from levee_infra.deployed import journal
from levee_infra.deployed.embedded_journal import Identity, Journal
from levee_infra.deployed.embedded_state import Begin, Begun, Resource
from levee_infra.deployed.holder import EngineName, forget_holder, holder, note_holder, refuse_other_holder
from levee_infra.deployed.location import PROJECT, embedded_state, pulumi_backend
from levee_infra.engines.choice import choose
from levee_infra.engines.embedded.embedded_engine import EmbeddedEngine
from levee_infra.engines.pulumi.engine import PulumiEngine
from tests.support.answering_cli import AnsweringCli

TYPE = "kafka:index/topic:Topic"


@pytest.fixture
def no_cli(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No `pulumi` on PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))


def held_by_pulumi(project: Path, resources: int, key: str = "resources") -> None:
    file = project / ".levee" / "pulumi" / ".pulumi" / "stacks" / "levee" / "dev.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"checkpoint": {"latest": {key: [{"type": TYPE}] * resources}}}))


def held_by_embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "recorded", lambda *_: [TYPE])


def test_auto_is_pulumi_where_it_is_installed(cli: AnsweringCli, tmp_path: Path) -> None:
    assert isinstance(choose(EngineName.AUTO, tmp_path, "dev"), PulumiEngine)
    assert isinstance(choose(EngineName.PULUMI, tmp_path, "dev"), PulumiEngine)
    assert isinstance(choose(EngineName.EMBEDDED, tmp_path, "dev"), EmbeddedEngine)


@pytest.mark.usefixtures("no_cli")
def test_auto_is_embedded_where_pulumi_is_not_installed(tmp_path: Path) -> None:
    for name in (EngineName.AUTO, EngineName.EMBEDDED):
        assert isinstance(choose(name, tmp_path, "dev"), EmbeddedEngine)


@pytest.mark.usefixtures("no_cli")
def test_pulumi_is_not_replaced_where_it_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(LeveeError, match="no `pulumi` on PATH") as refused:
        choose(EngineName.PULUMI, tmp_path, "dev")
    assert refused.value.exit_code == 2


def test_what_one_engine_made_the_other_does_not_touch(
    cli: AnsweringCli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    held_by_pulumi(tmp_path, 1)
    assert isinstance(choose(EngineName.AUTO, tmp_path, "dev"), PulumiEngine)
    with pytest.raises(LeveeError, match="held by the pulumi engine") as refused:
        choose(EngineName.EMBEDDED, tmp_path, "dev")
    assert refused.value.exit_code == 2
    held_by_embedded(monkeypatch)
    assert isinstance(choose(EngineName.EMBEDDED, tmp_path, "dev"), EmbeddedEngine)
    for name in (EngineName.AUTO, EngineName.PULUMI):
        with pytest.raises(LeveeError, match="held by the embedded engine"):
            choose(name, tmp_path, "dev")


@pytest.mark.usefixtures("no_cli")
def test_uninstalling_pulumi_does_not_hand_its_stack_over(tmp_path: Path) -> None:
    held_by_pulumi(tmp_path, 1)
    with pytest.raises(LeveeError, match="held by the pulumi engine"):
        choose(EngineName.AUTO, tmp_path, "dev")


@pytest.mark.usefixtures("no_cli")
def test_a_stack_that_was_emptied_is_nobodys(tmp_path: Path) -> None:
    held_by_pulumi(tmp_path, 0)
    assert isinstance(choose(EngineName.AUTO, tmp_path, "dev"), EmbeddedEngine)


@pytest.mark.usefixtures("no_cli")
def test_what_a_killed_run_of_pulumi_began_to_make_is_held(tmp_path: Path) -> None:
    held_by_pulumi(tmp_path, 1, "pending_operations")
    with pytest.raises(LeveeError, match="held by the pulumi engine"):
        choose(EngineName.AUTO, tmp_path, "dev")


@pytest.mark.usefixtures("no_cli")
def test_the_lock_of_a_run_of_pulumi_holds_a_stack(tmp_path: Path) -> None:
    """Killed in its first deployment, a run without checkpoints leaves nothing else."""
    held_by_pulumi(tmp_path, 0)
    lock = tmp_path / ".levee" / "pulumi" / ".pulumi" / "locks" / "organization" / "levee" / "dev" / "1.json"
    lock.parent.mkdir(parents=True)
    lock.write_text("{}")
    with pytest.raises(LeveeError, match="held by the pulumi engine"):
        choose(EngineName.AUTO, tmp_path, "dev")


def test_what_a_killed_run_of_the_embedded_engine_began_to_make_is_held(tmp_path: Path) -> None:
    directory = embedded_state(tmp_path, "dev")
    directory.mkdir(parents=True)
    writing = Journal(directory, Identity(PROJECT, "dev"))
    urn = f"urn:pulumi:dev::levee::{TYPE}::orders"
    writing.append(Begin(Begun.CREATE, Resource(urn=urn, type=TYPE, custom=True, id="", inputs={}, outputs={})))
    writing.compact()
    writing.close()
    with pytest.raises(LeveeError, match="held by the embedded engine"):
        refuse_other_holder(EngineName.PULUMI, tmp_path, "dev")


@pytest.mark.usefixtures("no_cli")
def test_a_backend_outside_the_project_is_remembered_until_it_is_emptied(tmp_path: Path) -> None:
    note_holder(tmp_path, "dev", {"PULUMI_BACKEND_URL": "s3://states"})
    note_holder(tmp_path, "dev", {})
    with pytest.raises(LeveeError, match="a backend outside this project") as refused:
        choose(EngineName.AUTO, tmp_path, "dev")
    assert "remove" in (refused.value.help or "")
    refuse_other_holder(EngineName.PULUMI, tmp_path, "dev")
    refuse_other_holder(EngineName.EMBEDDED, tmp_path, "another")
    forget_holder(tmp_path, "dev")
    assert isinstance(choose(EngineName.AUTO, tmp_path, "dev"), EmbeddedEngine)


def test_the_projects_own_backend_needs_no_note(tmp_path: Path) -> None:
    note_holder(tmp_path, "dev", {"PULUMI_BACKEND_URL": pulumi_backend(tmp_path).as_uri()})
    assert holder(tmp_path, "dev").engine is None


@pytest.mark.usefixtures("no_cli")
def test_a_first_run_of_pulumi_that_was_refused_holds_nothing(tmp_path: Path) -> None:
    """It has recorded the stack itself, which is nothing."""
    file = tmp_path / ".levee" / "pulumi" / ".pulumi" / "stacks" / "levee" / "dev.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"checkpoint": {"latest": {"resources": [{"type": "pulumi:pulumi:Stack"}]}}}))
    assert isinstance(choose(EngineName.AUTO, tmp_path, "dev"), EmbeddedEngine)
