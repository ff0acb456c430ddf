"""What a state has recorded that nothing else tells."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from levee.diagnostics import LeveeError
from levee_infra.deployed.embedded_journal import JOURNAL_FILE, Identity, Journal
from levee_infra.deployed.embedded_state import Put, Resource
from levee_infra.deployed.holder import EngineName, Holder
from levee_infra.deployed.location import PROJECT, embedded_state
from levee_infra.deployed.record import Record, Unreadable
from levee_infra.engines import record as module
from levee_infra.engines.pulumi.engine import PulumiEngine
from levee_infra.engines.record import record_if_readable, record_of
from levee_infra.providers.protocol.properties import Properties
from tests.support.rule_cases import STACK

TOPIC = "kafka:index/topic:Topic"


def of_pulumi(monkeypatch: pytest.MonkeyPatch, text: str | None, held: EngineName | None = None) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: "/bin/pulumi")
    monkeypatch.setattr(module, "holder", lambda *_: Holder(held, 1))
    monkeypatch.setattr(PulumiEngine, "exported", lambda *_: text)


def resource(name: str, type_: str = TOPIC, **more: Any) -> dict[str, Any]:
    urn = f"urn:pulumi:{STACK}::levee::{type_}::{name}"
    return {"urn": urn, "type": type_, "outputs": {"name": name, "topicId": f"id of {name}"}, **more}


def test_nothing_here_holds_the_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert record_of(tmp_path, STACK) == Record()


@pytest.mark.engine
def test_a_folder_that_is_no_project_of_pulumi_has_no_stack_of_it(tmp_path: Path) -> None:
    assert record_of(tmp_path, STACK) == Record()


def test_pulumis_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    resources = [
        resource("a"),
        resource("b", delete=True),
        resource("c", "levee:aws:Key"),
        {"urn": f"urn:pulumi:{STACK}::levee::{TOPIC}::older", "type": TOPIC, "outputs": {"name": "older"}},
        {"urn": f"urn:pulumi:{STACK}::levee::{TOPIC}::oldest", "type": TOPIC},
    ]
    of_pulumi(monkeypatch, json.dumps({"version": 3, "deployment": {"resources": resources}}), EngineName.PULUMI)
    assert record_of(tmp_path, STACK).topic_ids == {"a": "id of a"}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"deployment": 1}', '{"deployment": {"resources": [1]}}'])
def test_a_state_that_cannot_be_read_is_not_an_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    of_pulumi(monkeypatch, text, EngineName.PULUMI)
    with pytest.raises(LeveeError) as raised:
        record_of(tmp_path, STACK)
    assert record_if_readable(tmp_path, STACK) == Unreadable(raised.value.message)


def test_a_backend_without_the_stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    of_pulumi(monkeypatch, None)
    assert record_of(tmp_path, STACK).source is None


def test_pulumi_holds_it_and_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    of_pulumi(monkeypatch, None, EngineName.PULUMI)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(LeveeError, match="no `pulumi` is on PATH"):
        record_of(tmp_path, STACK)


def test_the_embedded_engines_state(tmp_path: Path) -> None:
    directory = embedded_state(tmp_path, STACK)
    directory.mkdir(parents=True)
    state = Journal(directory, Identity(PROJECT, STACK))
    outputs: Properties = {"name": "a", "topicId": "id of a"}
    state.append(Put(Resource(urn="urn::a", type=TOPIC, custom=True, id="a", inputs={}, outputs=outputs)))
    state.compact()
    record = record_of(tmp_path, STACK)
    assert (record.source, record.topic_ids) == ("the embedded engine's state", {"a": "id of a"})


def test_a_broken_journal(tmp_path: Path) -> None:
    directory = embedded_state(tmp_path, STACK)
    directory.mkdir(parents=True)
    (directory / JOURNAL_FILE).write_bytes(b"\xff not a journal\n\n")
    with pytest.raises(LeveeError):
        record_of(tmp_path, STACK)
