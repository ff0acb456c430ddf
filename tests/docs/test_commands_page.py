"""The reference of commands is what `--help` says. `GOLDEN=write make unit` writes it anew."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import pytest

from levee_infra.cli.main import command_line
from tests.support.golden import assert_golden

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "commands.md"


def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                yield from parsers(child)


def test_the_page_is_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "110")
    sections = [f"## {each.prog}\n\n```\n{each.format_help()}```\n" for each in parsers(command_line())]
    assert_golden(PAGE, "# Commands\n\nWhat `--help` says, of every command.\n\n" + "\n".join(sections))
