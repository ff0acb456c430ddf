"""A project whose compliant stack is deployed: as git knows it, as a journal, as a preview."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Final

from levee.plan.registered import Registered
from levee_infra.deployed.embedded_journal import Identity, Journal
from levee_infra.deployed.embedded_state import Put, Record, Resource
from levee_infra.deployed.location import PROJECT, embedded_state
from tests.support.registered import registered
from tests.support.rule_cases import COMPLIANT, STACK, Case, loaded

_CASE: Final = Case("none", "compliant", fails=False, text="")
AUDIT: Final = f"stacks/{STACK}/streams/payments-audit.yaml"
EVENTS: Final = f"stacks/{STACK}/streams/payments-events.yaml"


def project(folder: Path) -> Path:
    """The compliant stack's files."""
    shutil.copytree(COMPLIANT / "stacks", folder / "stacks")
    return folder


def edit(project: Path, file: str, old: str, new: str) -> None:
    """Change one file in one place."""
    text = (project / file).read_text()
    assert text.count(old) == 1
    (project / file).write_text(text.replace(old, new))


@cache
def resources() -> list[Registered]:
    """What the program registers for the compliant stack."""
    return registered(loaded(_CASE), _CASE)


def outputs(resource: Registered) -> dict[str, Any]:
    """What its provider says of it: passwords that are in time on whatever day is looked."""
    generations = range(1, resource.whole("generation", 0) + 1)
    made = {f"{resource.text('service')}.g{generation}": "9999-01-01" for generation in generations}
    return {"madeOn": made, "principals": [f"User:{username}" for username in made]} if made else {}


def recorded() -> list[Resource]:
    """The same as the embedded engine records it."""
    return [
        Resource(
            urn=each.urn,
            type=each.type,
            custom=True,
            id=each.name,
            inputs=dict(each.properties),
            outputs=outputs(each),
            protect=each.protected,
        )
        for each in resources()
    ]


def deploy(project: Path, more: Iterable[Record] = ()) -> Path:
    """Write the journal of a deployment; its folder."""
    directory = embedded_state(project, STACK)
    directory.mkdir(parents=True)
    journal = Journal(directory, Identity(PROJECT, STACK))
    for record in (*(Put(each) for each in recorded()), *more):
        journal.append(record)
    journal.compact()
    return directory


def preview(**changed: str) -> dict[str, Any]:
    """`pulumi preview --json` after a refresh: `changed` names the operations on resources, `same` on all others."""
    steps: list[dict[str, Any]] = []
    summary: dict[str, int] = {}
    for each in resources():
        state = {"urn": each.urn, "custom": True, "type": each.type, "inputs": dict(each.properties)}
        state["outputs"] = outputs(each)
        if each.protected:
            state["protect"] = True
        operation = changed.get(each.name.replace("-", "_"), "same")
        summary[operation] = summary.get(operation, 0) + 1
        steps.append({"op": "refresh", "urn": each.urn, "oldState": state, "newState": state})
        if operation != "same":
            steps.append({"op": operation, "urn": each.urn, "oldState": state})
    return {"steps": steps, "duration": 1, "changeSummary": summary}


def exported() -> dict[str, Any]:
    """`pulumi stack export` of the same."""
    listed = [
        {"urn": each.urn, "custom": True, "id": each.name, "type": each.type, "inputs": dict(each.properties)}
        | {"outputs": outputs(each)}
        | ({"protect": True} if each.protected else {})
        for each in resources()
    ]
    return {"version": 3, "deployment": {"manifest": {"version": "v3.260.0"}, "resources": listed}}


def write_preview(file: Path, document: dict[str, Any]) -> Path:
    file.write_text(json.dumps(document, indent=4))
    return file


def git(project: Path, *arguments: str) -> str:
    """Run git in the project, as nobody in particular."""
    who = ("-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *who, *arguments], cwd=project, check=True, capture_output=True, text=True)
    return done.stdout


def commit(project: Path) -> str:
    """Commit everything; the commit."""
    if not (project / ".git").exists():
        git(project, "init", "--quiet")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--no-verify", "--message", "one")
    return git(project, "rev-parse", "HEAD").strip()
