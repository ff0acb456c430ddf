"""Git ignores what levee itself writes for the stacks on this machine, and no user's configuration."""

from __future__ import annotations

import subprocess
from pathlib import Path

from levee.loading.folder import stacks
from levee_infra.engines.pulumi.local_leftovers import _is_on

PROJECT = Path(__file__).parents[2]


def ignored(path: str) -> bool:
    asked = ["git", "check-ignore", "--quiet", "--no-index", path]
    return subprocess.run(asked, cwd=PROJECT, check=False).returncode == 0


def test_what_pulumi_keeps_of_a_stack_is_ignored_for_those_on_this_machine_alone() -> None:
    authority = PROJECT / ".levee" / "local" / "certificates" / "ca.pem"
    local = {stack for stack in stacks(PROJECT) if _is_on(PROJECT, stack, authority)}
    assert local == {"local", "aws-local"}
    assert {stack for stack in (*local, "prod", "dev", "test") if ignored(f"stacks/Pulumi.{stack}.yaml")} == local


def test_declarations_are_not_ignored() -> None:
    for path in ("Pulumi.yaml", "stacks/local/stack.yaml", "stacks/local/streams/x.yaml", "stacks/classes.yaml"):
        assert not ignored(path)
