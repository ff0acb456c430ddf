"""What counts as deployed while a run hasn't ended well."""

from __future__ import annotations

from pathlib import Path

import pytest

from levee.diagnostics import LeveeError
from levee_infra.deployed.embedded_journal import Identity, Journal
from levee_infra.deployed.embedded_state import Moved, Put, Record
from levee_infra.deployed.journal import before_this_run, begin_run, end_run, from_journal
from levee_infra.deployed.location import PROJECT, embedded_state
from tests.support.changing import project, recorded
from tests.support.rule_cases import STACK

FIRST, *REST = recorded()


def record(folder: Path, *records: Record) -> None:
    journal = Journal(embedded_state(folder, STACK), Identity(PROJECT, STACK))
    for each in records:
        journal.append(each)
    journal.compact()


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    """A first run that was interrupted when all but one resource were made."""
    embedded_state(project(tmp_path), STACK).mkdir(parents=True)
    begin_run(tmp_path, STACK)
    record(tmp_path, *(Put(each) for each in REST))
    return tmp_path


def size(folder: Path) -> int:
    deployed = before_this_run(folder, STACK)
    return len(deployed.topics) + len(deployed.principals)


def test_what_an_interrupted_run_made_is_not_deployed_yet(begun: Path) -> None:
    assert size(begun) == 0
    assert from_journal(begun, STACK).topics, "who compares on purpose sees it"


def test_another_interruption_changes_nothing_of_it(begun: Path) -> None:
    begin_run(begun, STACK)
    assert size(begun) == 0


def test_when_a_run_ends_well_everything_is_deployed(begun: Path) -> None:
    record(begun, Put(FIRST))
    end_run(begun, STACK)
    whole = size(begun)
    begin_run(begun, STACK)
    assert size(begun) == whole > 0


def test_what_an_interrupted_run_moved_in_the_tree_is_deployed_as_before(tmp_path: Path) -> None:
    embedded_state(project(tmp_path), STACK).mkdir(parents=True)
    record(tmp_path, *map(Put, recorded()))
    whole = size(tmp_path)
    begin_run(tmp_path, STACK)
    record(tmp_path, Moved({each.urn: _below(each.urn) for each in recorded()}))
    assert size(tmp_path) == whole > 0


def _below(urn: str) -> str:
    stack, project_name, type_, name = urn.split("::", 3)
    return "::".join((stack, project_name, f"levee:index:LogStream${type_}", name))


def test_a_damaged_note_is_not_an_empty_one(begun: Path) -> None:
    (note,) = embedded_state(begun, STACK).glob("under-way*")
    for damage in (b"", b"{}", b"[1]", b"\xff"):
        note.write_bytes(damage)
        with pytest.raises(LeveeError, match="can't be read") as refused:
            before_this_run(begun, STACK)
        assert refused.value.exit_code == 2
