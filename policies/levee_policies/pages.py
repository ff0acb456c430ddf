"""The rules' pages for docs/rules, made from the rules themselves: `python -m levee_policies.pages docs/rules`."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from levee_policies.controls import AUTHORITIES, Body
from levee_policies.coverage import CATALOGUE, NOTES
from levee_policies.registry import BY_ID, RULES
from levee_policies.report.page import page_markdown
from levee_policies.rule import Rule, Surface

GROUPS: Final = MappingProxyType(
    {
        "IDN": "Identity and roles",
        "ACC": "Account boundary",
        "RES": "Residency",
        "ENC": "Encryption",
        "DUR": "Durability",
        "RET": "Retention",
        "DEL": "Deletion protection",
        "BLR": "Blast radius of a change",
        "AUD": "Audit",
        "NAM": "Naming and ownership",
        "CON": "Connectors",
        "POL": "The evaluation itself",
    }
)
_GENERATED: Final = "<!-- Generated from the rules by `make docs`; edit policies/rules instead. -->\n\n"


def pages() -> dict[str, str]:
    """Every page by its file name: one a rule, the index, and what is judged where."""
    rules = {f"{rule.id.lower()}.md": _GENERATED + page_markdown(rule) for rule in RULES}
    return {"index.md": _GENERATED + _index(), "coverage.md": _GENERATED + _coverage(), **rules}


def _index() -> str:
    parts = ["# Rules\n"]
    for group, title in GROUPS.items():
        rows = [_row(rule) for rule in RULES if rule.group == group]
        if rows:
            header = "| rule | severity | title | judged on | waivable |\n|---|---|---|---|---|\n"
            parts.append(f"## {title}\n\n{header}{''.join(rows)}")
    parts.append(f"## Who asks for what\n\n{_authorities()}")
    parts.append("[What is judged where, and what is left out](coverage.md)\n")
    return "\n".join(parts)


def _link(rule: Rule[Any]) -> str:
    return f"[{rule.id}]({rule.id.lower()}.md)"


def _row(rule: Rule[Any]) -> str:
    surfaces = ", ".join(sorted(surface.value for surface in rule.surfaces))
    return f"| {_link(rule)} | {rule.severity} | {rule.title} | {surfaces} | {'yes' if rule.waivable else 'no'} |\n"


def _authorities() -> str:
    cited: dict[str, list[Rule[Any]]] = defaultdict(list)
    for rule in RULES:
        for name in rule.authorities:
            cited[name].append(rule)
    parts = []
    for body in Body:
        rows = [
            f"| {clause.clause} | {clause.title} | {', '.join(map(_link, cited[name]))} |\n"
            for name, clause in AUTHORITIES.items()
            if clause.body is body and cited[name]
        ]
        if rows:
            parts.append(f"### {body}\n\n| clause | title | rules |\n|---|---|---|\n{''.join(rows)}")
    return "\n".join(parts)


def _coverage() -> str:
    intro = (
        "# What is judged where\n\n"
        "The rules began as a catalogue of sixty. Each of its ids is here: where levee judges it, and what was\n"
        "changed. `files` is `levee check` and the program itself, `resource` and `stack` the policy pack in the\n"
        "engine, `change` `levee guard`.\n\n"
    )
    header = "| rule | " + " | ".join(surface.value for surface in Surface) + " | note |\n|" + "---|" * 6 + "\n"
    ids = [*CATALOGUE, *(rule.id for rule in RULES if rule.id not in CATALOGUE)]
    return intro + header + "".join(_covered(ids))


def _covered(ids: Iterable[str]) -> Iterator[str]:
    for name in ids:
        rule = BY_ID.get(name)
        marks = [("yes" if rule is not None and surface in rule.surfaces else "") for surface in Surface]
        yield f"| {name if rule is None else _link(rule)} | {' | '.join(marks)} | {_note(name, rule)} |\n"


def _note(name: str, rule: Rule[Any] | None) -> str:
    said = [NOTES.get(name, ""), f"Not on resources: {rule.unregistered}." if rule and rule.unregistered else ""]
    return " ".join(filter(None, said))


def write(folder: Path) -> None:
    """Make the folder hold these pages and no others."""
    folder.mkdir(parents=True, exist_ok=True)
    made = pages()
    for old in folder.glob("*.md"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
