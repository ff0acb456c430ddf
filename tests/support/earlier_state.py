"""The state that levee 0.1.0 left of a stack, put in the place of the one that this version made of the same stack.

Both files under tests/integration/state_of_0_1_0 were written by 0.1.0 after `STREAMS` were declared: the records of
the embedded engine's journal, and the resources of `pulumi stack export`. What is another value in each cluster and
account stands there as `<live>`, and is taken from what this version recorded of the same resource.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from levee_infra.deployed.embedded_journal import JOURNAL_FILE, Identity, Journal, load
from levee_infra.deployed.embedded_state import record_from_json, record_to_json
from levee_infra.deployed.location import PROJECT, embedded_state
from levee_infra.engines.pulumi.engine import PulumiEngine
from levee_infra.engines.pulumi.environment import environment
from tests.support.aws_deployment import AwsDeployment

FILES: Final = Path(__file__).parents[1] / "integration" / "state_of_0_1_0"
WORD: Final = "upgraded"
"""The word of the deployment whose state it is."""

LIVE: Final = "<live>"


def declare(stack: AwsDeployment) -> None:
    """Declare what the state is of: a regulated stream with an archive and monitors, a regulated and a plain one with a
    topic alone, a reader, and a writer whose credential was rotated.
    """
    stack.declare_streams()
    declare_ledger(stack)
    rotated = stack.declared_service("writer", ", generation: 2, previous: valid")
    stack.write_stack(rotated + stack.declared_service("reader"))


def declare_ledger(stack: AwsDeployment, monitors: str | None = None) -> None:
    """Declare the regulated stream that has its topic alone, or monitors as well."""
    reader = stack.service("reader")
    consumers = f"[{{service: {reader}, groups: [{reader}]}}]"
    stack.stream("ledger", **{"class": "audit"}, retention="90d", consumers=consumers, monitors=monitors)


def embedded_resources(stack: AwsDeployment) -> list[dict[str, Any]]:
    """What the embedded engine has recorded."""
    state = load(embedded_state(stack.project, stack.stack), _identity(stack))
    return [record_to_json(record)["put"] for record in state.records()]


def go_back_embedded(stack: AwsDeployment) -> None:
    """Have the embedded engine know the stack as 0.1.0 recorded it."""
    directory = embedded_state(stack.project, stack.stack)
    earlier = _earlier("embedded", stack, embedded_resources(stack))
    (directory / JOURNAL_FILE).unlink()
    with patch("levee_infra.deployed.embedded_journal.VERSION", 1):
        journal = Journal(directory, _identity(stack))
        for resource in earlier:
            journal.append(record_from_json({"put": resource}))
        journal.compact()


def exported(stack: AwsDeployment) -> dict[str, Any]:
    """What Pulumi has recorded."""
    document: dict[str, Any] = json.loads(PulumiEngine(stack.project).exported(stack.stack) or "")
    return document


def go_back_pulumi(stack: AwsDeployment) -> None:
    """Have Pulumi know the stack as 0.1.0 recorded it."""
    document = exported(stack)
    document["deployment"]["resources"] = _earlier("pulumi", stack, document["deployment"]["resources"])
    file = stack.project / "earlier.json"
    file.write_text(json.dumps(document))
    pulumi(stack, "stack", "import", "--file", str(file))


def pulumi(stack: AwsDeployment, *arguments: str) -> str:
    """Run the CLI by hand on a stack; what it wrote."""
    done = subprocess.run(
        ["pulumi", *arguments, "--stack", stack.stack, "--non-interactive"],
        cwd=stack.project,
        env={**os.environ, **environment(stack.project)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _identity(stack: AwsDeployment) -> Identity:
    return Identity(PROJECT, stack.stack)


def _earlier(engine: str, stack: AwsDeployment, now: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    known = {(each["type"], each["urn"].split("::", 3)[3]): each for each in now}
    text = (FILES / f"{engine}.json").read_text().replace(WORD, stack.word)
    return [_filled(each, known.get((each["type"], each["urn"].split("::", 3)[3]))) for each in json.loads(text)]


def _filled(value: Any, live: Any) -> Any:
    """The value with what is live where `<live>` stands. Objects and lists are alike in both."""
    if isinstance(value, dict):
        return {key: _filled(item, live[key] if _has_live(item) else None) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, live[at] if _has_live(item) else None) for at, item in enumerate(value)]
    return live if value == LIVE else value


def _has_live(value: Any) -> bool:
    return LIVE in json.dumps(value)
