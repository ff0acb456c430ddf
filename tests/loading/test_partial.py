"""Errors of meaning are told beside errors of form: of every part of a file whose own fields were taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from levee.diagnostics import Rejected
from levee.fields.rules import Fields
from levee.loading.schema.stack_file import STACK
from levee.loading.schema.stream_file import STREAM
from levee.loading.sites import load_sites
from levee.loading.waivers import load_waivers
from tests.support.stack_files import StackFiles


@pytest.fixture
def files(tmp_path: Path) -> StackFiles:
    return StackFiles(tmp_path)


def _ids(files: StackFiles) -> set[str]:
    return {each.id for each in files.diagnostics()}


MONITORS = """\
monitors:
  - {kind: silence, window: 15m, threshold: 3}
  - {kind: lag, window: 5m}
"""
TWO_SINKS = """\
sinks:
  - {name: siem, kind: http, service: detection-engine, destination: "https://siem.example.com/in"}
  - {name: siem, kind: http, service: detection-engine, destination: "https://siem.example.com/in"}
"""


@pytest.mark.parametrize(
    "broken",
    [
        "  - {kind: latency, window: 5m}\n",
        "  - {kind: drop, window: 5, threshold: 1}\n",
        "  - text\n",
        "colour: blue\n",
        "description: [1]\n",
        "consumers: 3\n",
        "archive: {bucket: b-b-b, retention: 7d, locked: maybe}\n",
        "approve: [{change: unheard}]\n",
        "filter: 3\n",
        "settings: {unheard.of: 1}\n",
    ],
)
def test_a_stream(files: StackFiles, broken: str) -> None:
    kept = _without(files.orders, broken.partition(":")[0])
    files.orders.write_text("".join(kept) + TWO_SINKS + MONITORS + broken)
    found = [each.id for each in files.diagnostics()]
    assert found.count("monitor-threshold") == 2
    assert "sink-twice" in found
    assert "sink-reader" not in found


def test_a_stack(files: StackFiles) -> None:
    files.edit(files.stack, "services:\n", "services:\n  shipper:\n    generation: one\n  early: {previous: revoked}\n")
    files.edit(files.stack, "streams: [orders]", "streams: [ordres]")
    files.add(files.orders, "monitors: [{kind: lag, window: 5m}, {kind: lags, window: 5m}]\n")
    assert _ids(files) == {"wrong-type", "nothing-to-revoke", "unknown-stream", "monitor-threshold", "bad-value"}


def test_nothing_is_concluded_from_what_was_refused(files: StackFiles) -> None:
    files.edit(files.orders, "groups: [detection-engine]", "groups: detection-engine")
    files.edit(files.stack, "groups: [siem-shipper]", "groups: siem-shipper")
    files.add(
        files.orders, TWO_SINKS.replace("siem, kind", "a, kind", 1).replace("service: detection", "service: siem")
    )
    assert _ids(files) == {"wrong-type"}


@pytest.mark.parametrize("key", sorted(STREAM))
@pytest.mark.parametrize("value", ["3.5", "[[1]]", "{a: {b: 1}}", "null", "-1"])
def test_a_refused_key_of_a_stream_makes_no_other_wrong(files: StackFiles, key: str, value: str) -> None:
    _only_its_own(files, files.orders, STREAM, key, value)


@pytest.mark.parametrize("key", sorted(STACK))
@pytest.mark.parametrize("value", ["3.5", "[[1]]", "{a: {b: 1}}"])
def test_a_refused_key_of_a_stack_makes_no_other_wrong(files: StackFiles, key: str, value: str) -> None:
    _only_its_own(files, files.stack, STACK, key, value)


def _only_its_own(files: StackFiles, file: Path, fields: Fields, key: str, value: str) -> None:
    kept = _without(file, key)
    file.write_text("".join(kept) + f"{key}: {value}\n")
    start = len(kept) + 1
    assert key in fields
    for found in files.diagnostics():
        assert found.location is not None
        assert found.location.line >= start or found.id == "missing-key" or found.id.startswith("only-on-"), found


def _without(file: Path, key: str) -> list[str]:
    """The lines of the file without a root key's."""
    kept: list[str] = []
    inside = False
    for line in file.read_text().splitlines(keepends=True):
        inside = line.startswith(f"{key}:") or (inside and line.startswith((" ", "-")))
        kept += [] if inside else [line]
    return kept


def test_a_file_of_all_stacks(files: StackFiles) -> None:
    (files.project / "stacks" / "sites.yaml").write_text(
        "sites:\n  eu-west-1: {country: DE, address: 5, owner: y}\n  home: {country: xx, address: a, owner: b}\n"
    )
    with pytest.raises(Rejected) as rejected:
        load_sites(files.project)
    assert [each.location.line for each in rejected.value.diagnostics if each.location] == [2, 2, 2, 2, 3]
    (files.project / "stacks" / "waivers.yaml").write_text("waivers:\n  - {rule: 3, owner: y}\n")
    with pytest.raises(Rejected) as rejected:
        load_waivers(files.project, None)
    assert {"ambiguous-scalar", "wrong-type", "missing-key"} <= {each.id for each in rejected.value.diagnostics}
