"""A move between engines ended at any step: one engine holds the stack, or neither does anything until it goes on."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from levee.clock import Clock
from levee.diagnostics import LeveeError
from levee_infra.deployed.embedded_journal import JOURNAL_FILE, Identity, load, write
from levee_infra.deployed.embedded_state import Begin, Begun, Resource, State
from levee_infra.deployed.holder import EngineName, holder, move_note, refuse_other_holder
from levee_infra.deployed.location import PROJECT, embedded_state, moves, pulumi_elsewhere
from levee_infra.engines import move as moving
from levee_infra.engines.move import exported, move, take
from levee_infra.engines.translation import Naming, to_pulumi

CLOCK: Final = Clock.fixed(datetime(2026, 12, 1, 8, 15, tzinfo=UTC))
URN: Final = "urn:pulumi:dev::levee::"
TOPIC: Final = "kafka:index/topic:Topic"
OWN: Final = Resource(f"{URN}pulumi:pulumi:Stack::levee-dev", "pulumi:pulumi:Stack", False, "", {}, {"approvals": []})
KAFKA: Final = Resource(
    f"{URN}pulumi:providers:kafka::kafka", "pulumi:providers:kafka", True, "p", {"timeout": 1}, {"timeout": 1}
)
ORDERS: Final = Resource(
    f"{URN}{TOPIC}::orders",
    TOPIC,
    True,
    "orders",
    {"name": "orders"},
    {"topicId": "t"},
    OWN.urn,
    f"{KAFKA.urn}::p",
    protect=True,
)
STATE: Final = State({each.urn: each for each in (OWN, KAFKA, ORDERS)})
OTHER: Final = State({each.urn: each for each in (OWN, KAFKA)})
BOTH: Final = (EngineName.EMBEDDED, EngineName.PULUMI)


class Killed(BaseException):
    """The process is gone."""


class Backend:
    """What the Pulumi CLI would answer with, and a stack's deployment in it. It lies in the project's own backend."""

    def __init__(self, project: Path) -> None:
        self.file = project / ".levee" / "pulumi" / ".pulumi" / "stacks" / "bank" / "dev.json"
        self.locked = False
        self.replaced = 0

    def exported(self, _stack: str) -> str | None:
        if not self.file.exists():
            return None
        return json.dumps({"version": 3, "deployment": json.loads(self.file.read_text())["checkpoint"]["latest"]})

    def replace(self, _stack: str, document: dict[str, Any], _report: object) -> None:
        self.replaced += 1
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(json.dumps({"version": 3, "checkpoint": {"latest": document["deployment"]}}))

    def is_left_locked(self, _stack: str) -> bool:
        return self.locked

    def free_stale_lock(self, _stack: str, _report: object) -> None:
        self.locked = False


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: bank\nruntime: python\n")
    return tmp_path


@pytest.fixture
def backend(project: Path, monkeypatch: pytest.MonkeyPatch) -> Backend:
    made = Backend(project)
    monkeypatch.setattr(moving, "PulumiEngine", lambda _project: made)
    monkeypatch.setenv("PULUMI_HOME", str(project / "home"))
    return made


def journal(project: Path) -> Path:
    return embedded_state(project, "dev") / JOURNAL_FILE


def recorded(project: Path) -> State:
    return load(embedded_state(project, "dev"), Identity(PROJECT, "dev"))


def hold(engine: EngineName, project: Path, backend: Backend, state: State = STATE) -> None:
    if engine is EngineName.PULUMI:
        backend.replace("dev", to_pulumi(state, Naming("bank", "dev"), CLOCK.now()), None)
    else:
        journal(project).parent.mkdir(parents=True, exist_ok=True)
        write(journal(project).parent, Identity(PROJECT, "dev"), state)


def carried_out(project: Path, to: EngineName) -> list[str]:
    told: list[str] = []
    move(project, "dev", to, CLOCK, told.append)
    return told


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch, backend: Backend) -> Callable[[int | None], None]:
    """Kills the process at a step, counted from 0: before or after something is written, renamed or imported."""
    left: list[int | None] = [None]

    def step() -> None:
        if left[0] is not None:
            left[0] -= 1
            if left[0] < 0:
                raise Killed

    def killable(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            step()
            answer = function(*arguments, **named)
            step()
            return answer

        return call

    for name in ("_write", "write", "note_holder", "forget_holder"):
        monkeypatch.setattr(moving, name, killable(getattr(moving, name)))
    monkeypatch.setattr(backend, "replace", killable(backend.replace))
    monkeypatch.setattr(Path, "rename", killable(Path.rename))
    return lambda at: left.__setitem__(0, at)


def interruptions(
    project: Path, backend: Backend, to: EngineName, steps: Callable[[int | None], None], folder: Path
) -> Iterator[None]:
    """A move from the start, ended at every step in turn."""
    for at in range(40):
        steps(None)
        for each in (journal(project), backend.file, *moves(project, "dev").glob("*")):
            each.unlink(missing_ok=True)
        hold(next(each for each in BOTH if each is not to), project, backend)
        steps(at)
        try:
            carried_out(project, to)
        except Killed:
            steps(None)
            yield
        else:
            assert at > 5, "each step was met"
            return
    raise AssertionError("it never ends")


@pytest.mark.parametrize("to", BOTH)
def test_ended_anywhere_it_goes_on(
    project: Path, backend: Backend, to: EngineName, steps: Callable[[int | None], None], tmp_path: Path
) -> None:
    source = next(each for each in BOTH if each is not to)
    for _ in interruptions(project, backend, to, steps, tmp_path):
        if move_note(project, "dev").exists():
            for engine in BOTH:
                with pytest.raises(LeveeError, match=f"the move of stack dev to the {to} engine was interrupted"):
                    refuse_other_holder(engine, project, "dev")
            with pytest.raises(LeveeError, match="was interrupted") as refused:
                carried_out(project, source)
            assert "finish it first" in refused.value.help
            carried_out(project, to)
        elif holder(project, "dev").engine is source:
            carried_out(project, to)
        assert holder(project, "dev").engine is to
        refuse_other_holder(to, project, "dev")
        with pytest.raises(LeveeError, match="is held by"):
            refuse_other_holder(source, project, "dev")
        assert any(source in each.name for each in moves(project, "dev").iterdir())
        carried_out(project, source)
        assert holder(project, "dev").engine is source


def test_what_was_kept_before_is_never_overwritten(project: Path, backend: Backend) -> None:
    hold(EngineName.EMBEDDED, project, backend)
    for _ in range(3):
        carried_out(project, EngineName.PULUMI)
        carried_out(project, EngineName.EMBEDDED)
    names = sorted(each.name for each in moves(project, "dev").iterdir())
    assert len(names) == 6
    assert {"2026-12-01T081500Z-embedded.jsonl", "2026-12-01T081500Z-embedded-3.jsonl"} < {*names}
    assert recorded(project) == STATE
    assert {each.stat().st_mode & 0o777 for each in moves(project, "dev").iterdir()} == {0o600}


def refused(project: Path, backend: Backend, to: EngineName, says: str) -> None:
    def all_of_it() -> dict[Path, bytes]:
        return {each: each.read_bytes() for each in (journal(project), backend.file) if each.exists()}

    before, replaced = all_of_it(), backend.replaced
    with pytest.raises(LeveeError, match=says) as error:
        carried_out(project, to)
    assert error.value.exit_code == 2
    assert (all_of_it(), backend.replaced) == (before, replaced)
    assert not move_note(project, "dev").exists()


def test_what_is_refused_changes_nothing(project: Path, backend: Backend) -> None:
    for engine in BOTH:
        refused(project, backend, engine, "holds nothing of stack dev")
    hold(EngineName.EMBEDDED, project, backend)
    hold(EngineName.PULUMI, project, backend, OTHER)
    for engine in BOTH:
        refused(project, backend, engine, "already, and not the same of it")
    backend.file.write_text(json.dumps({"checkpoint": {"latest": {"resources": [7]}}}))
    for engine in BOTH:
        refused(project, backend, engine, "not an export of this stack")
    backend.file.unlink()
    backend.locked = True
    refused(project, backend, EngineName.PULUMI, "the last run of the pulumi engine .* was interrupted")
    backend.locked = False
    begun = State(dict(STATE.resources), {ORDERS.urn: Begin(Begun.UPDATE, ORDERS)})
    hold(EngineName.EMBEDDED, project, backend, begun)
    refused(project, backend, EngineName.PULUMI, "the last run of the embedded engine .* was interrupted")
    with pytest.raises(LeveeError, match="was interrupted"):
        exported(project, "dev", CLOCK.now())
    journal(project).write_bytes(b"{}\n")
    refused(project, backend, EngineName.PULUMI, "is damaged")
    (project / "Pulumi.yaml").unlink()
    refused(project, backend, EngineName.PULUMI, "there is no Pulumi.yaml")


def test_the_same_in_both_is_no_obstacle(project: Path, backend: Backend) -> None:
    """An export that was imported by hand."""
    for engine in BOTH:
        hold(EngineName.EMBEDDED, project, backend)
        hold(EngineName.PULUMI, project, backend)
        before = backend.replaced
        carried_out(project, engine)
        assert backend.replaced - before == (1 if engine is EngineName.EMBEDDED else 0), "emptied, or not touched"
        assert holder(project, "dev").engine is engine


def test_a_change_in_the_meantime_is_seen(project: Path, backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another clone may work on the same backend."""
    hold(EngineName.PULUMI, project, backend, OTHER)

    def meanwhile(*arguments: Any) -> None:
        write(*arguments)
        hold(EngineName.PULUMI, project, backend)

    monkeypatch.setattr(moving, "write", meanwhile)
    with pytest.raises(LeveeError, match="was changed meanwhile"):
        carried_out(project, EngineName.EMBEDDED)
    monkeypatch.undo()
    monkeypatch.setattr(moving, "PulumiEngine", lambda _project: backend)
    carried_out(project, EngineName.EMBEDDED)
    assert recorded(project) == STATE


def test_a_file_is_taken_where_nobody_holds_the_stack(project: Path, backend: Backend) -> None:
    hold(EngineName.EMBEDDED, project, backend)
    file = project / "export.json"
    file.write_text(exported(project, "dev", CLOCK.now()))
    with pytest.raises(LeveeError, match="is held by the embedded engine"):
        take(project, "dev", file)
    journal(project).unlink()
    note = pulumi_elsewhere(project, "dev")
    note.parent.mkdir(parents=True)
    note.touch()
    with pytest.raises(LeveeError, match="a backend outside this project"):
        take(project, "dev", file)
    note.unlink()
    for text, says in (("", "no JSON"), ("[" * 100_000, "no JSON"), ("{}", "not an export"), ("7", "not an export")):
        broken = project / "broken.json"
        broken.write_text(text)
        with pytest.raises(LeveeError, match=says) as error:
            take(project, "dev", broken)
        assert error.value.exit_code == 2
    os.mkfifo(project / "pipe")
    with pytest.raises(LeveeError, match="can't be read"):
        take(project, "dev", project / "pipe")
    assert not journal(project).exists()
    take(project, "dev", file)
    assert recorded(project) == STATE


@pytest.mark.parametrize(
    ("says", "change"),
    [
        ("it is no JSON, or not all of it", lambda text: ""),
        (r"export\.json:[0-9]+:[0-9]+: it is no JSON, or not all of it", lambda text: text[:-20]),
        ("holds no list of resources", lambda text: f"[{text}]"),
        (
            "the key `id` stands twice in one mapping, of urn:.*::orders",
            lambda text: text.replace('"id": "orders"', '"id": "o", "id": "orders"'),
        ),
        ("the key `version` stands twice", lambda text: text.replace('{\n  "version"', '{"version": 4,\n  "version"')),
        ("resource 3, urn:.*::orders, is not as an engine", lambda text: text.replace('"id": "orders"', '"id": 7')),
        (
            "Pet a is of a type that levee registers nothing of",
            lambda text: text.replace(f"{TOPIC}::orders", "r:i:Pet::a").replace(TOPIC, "r:i:Pet"),
        ),
        (
            "Topic orders has `outputs.password`",
            lambda text: text.replace('"topicId"', '"password": "hunter2secret", "topicId"'),
        ),
        ("resource 3, urn:.*::orders, is not", lambda text: text.replace('"protect": true', '"protect": "yes"')),
        (
            "resource 3, urn:.*::orders, is not",
            lambda text: text.replace('"protect": true', '"initErrors": "an error"'),
        ),
        ("resource 1, urn:.*::bank-dev, is not", lambda text: text.replace('"custom": false', '"custom": 0')),
        (
            "Topic orders has no id",
            lambda text: text.replace('"id": "orders"', '"id": ""').replace('"name": "orders"', '"partitions": 1'),
        ),
        ("Topic orders doesn't say what its id", lambda text: text.replace('"name": "orders"', '"partitions": 1')),
        ("Topic orders has another id", lambda text: text.replace('"topicId"', '"name": "others", "topicId"')),
        (
            "orders needs urn:.*::kafka, which",
            lambda text: text.replace('providers:kafka::kafka"', 'providers:kafka::other"'),
        ),
    ],
)
def test_an_export_that_was_edited_or_cut_is_refused(
    project: Path, backend: Backend, says: str, change: Callable[[str], str]
) -> None:
    hold(EngineName.EMBEDDED, project, backend)
    text = exported(project, "dev", CLOCK.now())
    journal(project).unlink()
    file = project / "export.json"
    file.write_text(change(text))
    assert file.read_text() != text
    with pytest.raises(LeveeError, match=says) as refused:
        take(project, "dev", file)
    assert str(file) in refused.value.message
    assert "`pulumi stack export --stack dev" in refused.value.help
    assert "hunter2" not in refused.value.message
    assert not journal(project).exists()


def test_what_another_engine_holds_of_others_is_not_moved(project: Path, backend: Backend) -> None:
    hold(EngineName.PULUMI, project, backend)
    backend.file.write_text(backend.file.read_text().replace('"topicId"', '"password": "hunter2secret", "topicId"'))
    refused(project, backend, EngineName.EMBEDDED, "Topic orders has `outputs.password`")


def test_a_note_that_can_not_be_read_stops_both(project: Path, backend: Backend) -> None:
    hold(EngineName.EMBEDDED, project, backend)
    move_note(project, "dev").parent.mkdir(parents=True)
    move_note(project, "dev").write_text("nowhere")
    for engine in BOTH:
        with pytest.raises(LeveeError, match="doesn't tell to which engine"):
            refuse_other_holder(engine, project, "dev")
