"""A change against what the embedded engine recorded."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from levee.diagnostics import LeveeError
from levee.plan.change import as_deployed, compare
from levee_infra.deployed.embedded_state import Begin, Begun, Gone
from levee_infra.deployed.state import from_state
from tests.support.changing import deploy, project, recorded
from tests.support.rule_cases import STACK, Case, loaded

PLAN = loaded(Case("none", "compliant", fails=False, text=""))


def test_what_was_deployed_by_the_program_is_what_the_plan_says(tmp_path: Path) -> None:
    deploy(project(tmp_path))
    state = compare(PLAN, from_state(tmp_path, STACK))
    files = compare(PLAN, as_deployed(PLAN, "files"))
    assert state.removed == files.removed == ()
    assert state.resources_before == files.resources_before == len(PLAN.topics) + len(PLAN.credentials)
    for each in state.topics:
        assert each.after is not None
        assert each.before.settings == each.after.settings
        assert (each.before.partitions, each.before.protected) == (each.after.partitions, each.after.protected)
    for principal in state.principals:
        assert principal.before is not None
        assert {replace(a, origin=PLAN.origin) for a in principal.before.access} == {
            replace(a, origin=PLAN.origin) for a in principal.after.access
        }


def test_a_topic_that_an_interrupted_run_began_to_make_counts_as_deployed(tmp_path: Path) -> None:
    topic = next(each for each in recorded() if each.name == "payments-audit")
    deploy(project(tmp_path), more=(Gone(topic.urn), Begin(Begun.CREATE, topic)))
    assert "payments-audit" in {each.stream for each in from_state(tmp_path, STACK).topics}


def test_a_stack_that_was_never_deployed_from_here_is_not_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(LeveeError, match="nothing to compare with") as refused:
        from_state(project(tmp_path), STACK)
    assert refused.value.exit_code == 2


@pytest.mark.parametrize("damage", [b"", b"{}\n", b"\xff\xfe"])
def test_a_damaged_state_is_not_an_empty_one(tmp_path: Path, damage: bytes) -> None:
    journal = deploy(project(tmp_path)) / "journal.jsonl"
    journal.write_bytes(damage)
    with pytest.raises(LeveeError) as refused:
        from_state(tmp_path, STACK)
    assert refused.value.exit_code == 2
