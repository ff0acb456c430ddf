"""The state on disk: whatever is cut off or spoiled is either harmless or noticed."""

import asyncio
import json
import stat
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from levee_infra.deployed.embedded_journal import JOURNAL_FILE, VERSION, Identity, Journal, load
from levee_infra.deployed.embedded_state import Begin, Begun, Gone, Moved, Over, Put, Record, Resource, State
from levee_infra.deployed.engine_error import StateUnreadable, StateUnwritable

IDENTITY = Identity("project", "dev")

text = st.text(max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=5,
)
properties = st.dictionaries(text, values, max_size=4)
urns = st.sampled_from(["urn:a", "urn:b", "urn:c"])
resources = st.builds(
    Resource,
    urn=urns,
    type=text,
    custom=st.booleans(),
    id=text,
    inputs=properties,
    outputs=properties,
    parent=text,
    provider=text,
    dependencies=st.lists(text, max_size=2).map(tuple),
    protect=st.booleans(),
    init_errors=st.lists(text, max_size=2).map(tuple),
)
records: st.SearchStrategy[Record] = (
    st.builds(Put, resources)
    | st.builds(Begin, st.sampled_from(Begun), resources)
    | st.builds(Over, urns)
    | st.builds(Gone, urns)
    | st.builds(Moved, st.dictionaries(urns, st.sampled_from(["urn:x", "urn:y"]), max_size=1))
)
histories = st.lists(records, min_size=1, max_size=8)


def state_of(history: list[Record]) -> State:
    state = State()
    for record in history:
        state.apply(record)
    return state


def write(directory: Path, history: list[Record], *, compact: bool = False) -> Path:
    journal = Journal(directory, IDENTITY)
    for record in history:
        journal.append(record)
    if compact:
        journal.compact()
    journal.close()
    return directory / JOURNAL_FILE


@given(histories, st.booleans())
def test_what_is_written_is_read_back(history: list[Record], compact: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        write(Path(name), history, compact=compact)
        assert load(Path(name), IDENTITY) == state_of(history)


@given(histories, histories)
def test_a_journal_goes_on_after_a_compaction(before: list[Record], after: list[Record]) -> None:
    with tempfile.TemporaryDirectory() as name:
        write(Path(name), before, compact=True)
        write(Path(name), after)
        assert load(Path(name), IDENTITY) == state_of([*before, *after])


@settings(max_examples=200)
@given(histories, st.data())
def test_cut_anywhere_it_is_an_earlier_state_or_an_error_but_never_taken_for_empty(
    history: list[Record], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = write(Path(name), history)
        content = path.read_bytes()
        cut = data.draw(st.integers(0, len(content) - 1))
        path.write_bytes(content[:cut])
        whole_lines = content[:cut].count(b"\n")
        if whole_lines == 0:
            with pytest.raises(StateUnreadable):
                load(Path(name), IDENTITY)
        else:
            assert load(Path(name), IDENTITY) == state_of(history[: whole_lines - 1])


@settings(max_examples=200)
@given(histories, st.data())
def test_a_changed_byte_is_noticed(history: list[Record], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = write(Path(name), history)
        content = bytearray(path.read_bytes())
        place = data.draw(st.integers(0, len(content) - 2))  # the last newline is the torn end, tested above
        content[place] ^= data.draw(st.integers(1, 255))
        path.write_bytes(content)
        with pytest.raises(StateUnreadable, match="damaged"):
            load(Path(name), IDENTITY)


@given(histories, st.data())
def test_a_compacted_file_that_lost_its_end_is_noticed(history: list[Record], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = write(Path(name), history, compact=True)
        lines = path.read_bytes().splitlines(keepends=True)
        kept = data.draw(st.integers(0, len(lines) - 1))
        path.write_bytes(b"".join(lines[:kept]))
        with pytest.raises(StateUnreadable, match="damaged"):
            load(Path(name), IDENTITY)


def resource(urn: str) -> Resource:
    return Resource(urn, "t", custom=True, id="1", inputs={}, outputs={})


def test_a_torn_end_is_cut_off_before_anything_is_appended(tmp_path: Path) -> None:
    path = write(tmp_path, [Put(resource("urn:a")), Put(resource("urn:b"))])
    path.write_bytes(path.read_bytes()[:-5])
    write(tmp_path, [Put(resource("urn:c"))])
    assert set(load(tmp_path, IDENTITY).resources) == {"urn:a", "urn:c"}


def test_reading_does_not_repair_anything(tmp_path: Path) -> None:
    path = write(tmp_path, [Put(resource("urn:a"))])
    torn = path.read_bytes()[:-5]
    path.write_bytes(torn)
    load(tmp_path, IDENTITY)
    assert path.read_bytes() == torn


def test_a_missing_file_is_a_new_stack(tmp_path: Path) -> None:
    assert load(tmp_path, IDENTITY) == State()


@pytest.mark.parametrize("content", [b"", b"\n", b"{}\n", b"not json\n", b'{"version": 1}\n'])
def test_a_file_that_is_not_a_journal_is_an_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / JOURNAL_FILE).write_bytes(content)
    with pytest.raises(StateUnreadable, match="damaged") as caught:
        load(tmp_path, IDENTITY)
    assert caught.value.exit_code == 2


def test_an_unknown_version_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("levee_infra.deployed.embedded_journal.VERSION", VERSION + 1)
    write(tmp_path, [Put(resource("urn:a"))])
    monkeypatch.undo()
    with pytest.raises(StateUnreadable, match="of version 3; this levee reads versions up to 2"):
        load(tmp_path, IDENTITY)


def test_an_earlier_version_is_read_and_written_anew_before_anything_is_appended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("levee_infra.deployed.embedded_journal.VERSION", 1)
    path = write(tmp_path, [Put(resource("urn:a"))])
    monkeypatch.undo()
    before = path.read_bytes()
    assert set(load(tmp_path, IDENTITY).resources) == {"urn:a"}
    assert path.read_bytes() == before, "reading changes nothing"
    write(tmp_path, [Put(resource("urn:b"))])
    assert set(load(tmp_path, IDENTITY).resources) == {"urn:a", "urn:b"}
    assert b'"version":2' in path.read_bytes().splitlines()[0]


def test_the_state_of_another_stack_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, [Put(resource("urn:a"))])
    with pytest.raises(StateUnreadable, match="the state of stack dev of project, not of prod of project"):
        load(tmp_path, Identity("project", "prod"))


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / JOURNAL_FILE).mkdir()
    with pytest.raises(StateUnreadable, match="cannot be read"):
        load(tmp_path, IDENTITY)


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    path = write(tmp_path, [Put(resource("urn:a"))])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    write(tmp_path, [Put(resource("urn:b"))], compact=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_compaction_leaves_one_line_a_resource_and_keeps_what_is_unfinished(tmp_path: Path) -> None:
    history: list[Record] = [Put(resource("urn:a")) for _ in range(50)]
    history.append(Begin(Begun.CREATE, resource("urn:b")))
    path = write(tmp_path, history, compact=True)
    header, *lines = [json.loads(line)["record"] for line in path.read_text().splitlines()]
    assert header["records"] == len(lines) == 2
    assert set(load(tmp_path, IDENTITY).unfinished) == {"urn:b"}


def test_what_a_killed_compaction_left_is_ignored(tmp_path: Path) -> None:
    path = write(tmp_path, [Put(resource("urn:a"))])
    path.with_suffix(".new").write_bytes(b"half a journ")
    write(tmp_path, [Put(resource("urn:b"))], compact=True)
    assert set(load(tmp_path, IDENTITY).resources) == {"urn:a", "urn:b"}


def test_appending_after_a_compaction_keeps_everything(tmp_path: Path) -> None:
    journal = Journal(tmp_path, IDENTITY)
    for urn in ("urn:a", "urn:b", "urn:c"):
        journal.append(Put(resource(urn)))
        journal.compact()
    journal.close()
    assert set(load(tmp_path, IDENTITY).resources) == {"urn:a", "urn:b", "urn:c"}


async def test_one_sync_serves_all_who_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path, IDENTITY)
    journal.append(Put(resource("urn:first")))  # creates the file
    synced: list[int] = []
    monkeypatch.setattr("levee_infra.deployed.embedded_journal.os.fsync", synced.append)

    async def append(number: int) -> None:
        journal.append(Put(resource(f"urn:{number}")))
        await journal.commit()

    await asyncio.gather(*(append(number) for number in range(100)))
    assert len(synced) <= 2
    await journal.commit()
    assert len(synced) <= 2
    journal.close()


async def test_a_disk_that_does_not_take_it_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    journal = Journal(tmp_path, IDENTITY)
    journal.append(Put(resource("urn:a")))
    monkeypatch.setattr("levee_infra.deployed.embedded_journal.os.fsync", full)
    with pytest.raises(StateUnwritable, match="No space left on device"):
        await journal.commit()
    journal.close()
