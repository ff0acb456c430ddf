"""What the program registers can be judged, all of it at once, before anything is made."""

from collections.abc import Iterator, Sequence

import pytest

from levee_infra.engines.embedded.errors import Refusal, Refused
from levee_infra.engines.embedded.registration import Registration
from tests.support.disk_program import DiskStack
from tests.support.disk_provider import FILE


def no_files(declared: Sequence[Registration]) -> Iterator[Refusal]:
    for each in declared:
        if each.type == FILE:
            yield Refusal(each.urn, "a file")


def test_what_is_refused_is_not_made(disk: DiskStack) -> None:
    program = disk.program({"a": {}, "b": {}})
    for operation in (disk.preview, disk.up):
        with pytest.raises(Refused) as refused:
            operation(program, judge=no_files)
        assert [refusal.message for refusal in refused.value.refusals] == ["a file", "a file"]
    assert disk.effects() == []


def test_destroying_asks_nobody(disk: DiskStack) -> None:
    disk.up(disk.program({"a": {}}))
    disk.destroy(judge=no_files)
