"""Pages name only what exists: links lead somewhere, commands parse, YAML examples load."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from levee_infra.cli.main import command_line
from tests.docs.test_commands_page import parsers

PROJECT = Path(__file__).parents[2]
PAGES = sorted(
    path
    for path in [*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md"), *(PROJECT / "infra").rglob("README.md")]
    if "template" not in path.name
)
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"`(levee [a-z][^`]*)`")
MAKE = re.compile(r"(?:`|\$ )make ([a-z]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_links_lead_somewhere(page: Path) -> None:
    missing = [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_commands_are_ones_that_levee_has(page: Path) -> None:
    helps = {parser.prog: parser.format_help() for parser in parsers(command_line())}
    for text in COMMAND.findall(page.read_text()):
        words = shlex.split(text)
        known = [prog for prog in helps if words[: len(prog.split())] == prog.split() and prog != "levee"]
        assert known, f"no such command: {text}"
        options = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert all(option in helps[max(known, key=len)] for option in options), text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_make_targets_exist(page: Path) -> None:
    makefile = (PROJECT / "Makefile").read_text()
    for target in MAKE.findall(page.read_text()):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"{page.name}: make {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_yaml_examples_are_yaml(page: Path) -> None:
    for block in re.findall(r"^ *```yaml\n(.*?)^ *```", page.read_text(), re.MULTILINE | re.DOTALL):
        assert yaml.safe_load(block) is not None
