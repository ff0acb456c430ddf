"""The how-to on filters prints what it says, and the reference's operations are those of its filter."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from levee.filter.operations import compiled
from levee.filter.review import require, review
from levee_infra.cli.main import main
from tests.support.console import EXIT, FENCE

DOCS = Path(__file__).parents[2] / "docs"
HOW_TO = DOCS / "how-to" / "filter-a-stream.md"


def blocks(page: Path, kind: str) -> list[str]:
    return [
        "".join(line.removeprefix(each["indent"]) for line in each["text"].splitlines(keepends=True))
        for each in FENCE.finditer(page.read_text())
        if each["kind"] == kind
    ]


def test_the_console_blocks_print_what_they_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("records.jsonl").write_text(blocks(HOW_TO, "json")[0])
    for block in blocks(HOW_TO, "console"):
        for command, shown in re.findall(r"^\$ levee (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
            ending = EXIT.search(command)
            assert main(shlex.split(command, comments=True)) == (int(ending[1]) if ending else 0)
            assert capsys.readouterr().out.startswith(shown)


def test_the_operations_of_the_reference() -> None:
    page = DOCS / "reference" / "filter-operations.md"
    (shown,) = blocks(page, "json")
    text = re.search(r"`(<v1> [^`]*)`", page.read_text())
    assert text is not None
    assert json.loads(shown) == json.loads(json.dumps(compiled(require(text[1]))))


def test_filters_in_the_reference_are_taken() -> None:
    page = (DOCS / "reference" / "filter-language.md").read_text()
    table = page.split("| question |")[1].split("\n\n")[0]
    filters = [text for text in re.findall("`([^`]+)`", table) if " " in text and "\u2026" not in text]
    assert len(filters) >= 7
    for text in filters:
        assert review(f"<v1> {text}").expression is not None, text
