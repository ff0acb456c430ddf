"""What a page of the documentation tells its reader to do, to do it.

A comment above a block says what a test does with it: `<!-- runs -->` runs the commands of a console block, or those in
the first column of a table; `<!-- into: FILE -->` merges a YAML block into a file of the project;
`<!-- runs with pulumi -->` runs a block as a shell script, where the Pulumi CLI is; `<!-- not run: REASON -->` runs
nothing. A command ends with 0, or as `# exit N` behind it says.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any, Final

import yaml

FENCE: Final = re.compile(r"^(?P<indent> *)```(?P<kind>\w*)\n(?P<text>.*?)^(?P=indent)```", re.MULTILINE | re.DOTALL)
MARK: Final = re.compile(r"<!-- (?P<word>runs with pulumi|runs|into|not run)(?:: (?P<text>[^>]*?))? -->\s*\Z")
TABLE: Final = re.compile(r"<!-- runs -->\n+(?P<rows>(?:\|.*\n)+)")
EXIT: Final = re.compile(r"# exit (\d+)")


@dataclass(frozen=True)
class Command:
    """Something to type, and how it ends."""

    words: tuple[str, ...]
    code: int = 0


@dataclass(frozen=True)
class Change:
    """Something to write into a file."""

    file: str
    content: dict[str, Any]


def steps(page: str) -> list[Command | Change]:
    """What the page lets its reader do, in order."""
    found: list[tuple[int, Command | Change]] = []
    for fence in FENCE.finditer(page):
        match mark_of(page, fence), fence["kind"]:
            case ("runs", _), "console":
                found += [(fence.start(), command) for command in commands(dedent(fence["text"]))]
            case ("into", file), "yaml":
                found.append((fence.start(), Change(file, yaml.safe_load(dedent(fence["text"])))))
    for table in TABLE.finditer(page):
        cells = (row.split("|")[1] for row in table["rows"].splitlines())
        texts = (text for cell in cells for text in re.findall(r"`([^`]+)`", cell))
        found += [(table.start(), Command(tuple(shlex.split(text)))) for text in texts if text.startswith("levee ")]
    return [step for _, step in sorted(found, key=lambda each: each[0])]


def scripts(page: str) -> Iterator[str]:
    """The page's blocks for the Pulumi CLI, as a shell runs them; nobody is there to be asked."""
    for fence in FENCE.finditer(page):
        if mark_of(page, fence)[0] == "runs with pulumi":
            lines = [line[2:] for line in dedent(fence["text"]).splitlines() if line.startswith("$ ")]
            yield "\n".join(re.sub(r"^(pulumi (?:up|destroy))\b", r"\1 --yes", line) for line in lines)


def unmarked(page: str) -> Iterator[str]:
    """Console blocks of which nobody says whether they run."""
    for fence in FENCE.finditer(page):
        if fence["kind"] == "console" and mark_of(page, fence)[0] not in {"runs", "runs with pulumi", "not run"}:
            yield fence["text"]


def mark_of(page: str, fence: re.Match[str]) -> tuple[str, str]:
    """The word above a block and what stands behind it; nothing where nothing stands there."""
    mark = MARK.search(page, 0, fence.start())
    return (mark["word"], mark["text"] or "") if mark else ("", "")


def commands(block: str) -> Iterator[Command]:
    """The commands of a console block; what else stands there is output."""
    for line in block.replace("\\\n", " ").splitlines():
        if line.startswith("$ "):
            ending = EXIT.search(line)
            yield Command(tuple(shlex.split(line[2:], comments=True)), int(ending[1]) if ending else 0)


def merge_into(file: Path, content: dict[str, Any]) -> None:
    """Write into a YAML file, which is made where there is none."""
    held = yaml.safe_load(file.read_text()) if file.exists() else {}
    file.write_text(yaml.safe_dump(merged(held, content), sort_keys=False))


def merged(held: Any, content: Any) -> Any:
    """Mappings key by key; anything else is replaced."""
    if not (isinstance(held, dict) and isinstance(content, dict)):
        return content
    return held | {key: merged(held.get(key), value) for key, value in content.items()}
