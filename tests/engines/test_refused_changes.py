"""What `levee up` refuses to change of what is deployed, with either engine, and what it only tells."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from levee.clock import Clock
from levee.diagnostics import LeveeError, Rejected
from levee.loading.load import load_stack
from levee.plan.build import build_plan
from levee.plan.change import Deployed
from levee_infra.deployed.embedded_state import Put
from levee_infra.deployed.journal import before_this_run, begin_run, from_journal
from levee_infra.deployed.judging import refused_changes
from levee_infra.engines.contract import Action, Deployment
from levee_infra.engines.pulumi.engine import PulumiEngine
from levee_infra.providers.protocol.properties import Value
from levee_policies.readback.topic import TYPE as TOPIC
from tests.support.answering_cli import AnsweringCli
from tests.support.changing import AUDIT, EVENTS, deploy, edit, exported, project, recorded
from tests.support.days import MOMENTS
from tests.support.rule_cases import STACK

READER = "  - {service: auditor, groups: [auditor-events]}\n"
UP = ["preview --run-program", "up --yes"]
NOW = Clock.fixed(MOMENTS["today"])


def cut(clock: Clock, days: int = 9) -> str:
    """A retention cut that is approved for so many days more."""
    terms = f"until: {clock.today() + timedelta(days)}, approved_by: dpo, reason: agreed with the owner, ticket: GOV-1"
    return f"approve: [{{change: retention-cut, {terms}}}]\n"


SIZE = ("retention.bytes", "1073741824")  # of a stream that is not regulated, by its own word


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return project(tmp_path)


def deployment(folder: Path, action: Action = Action.UP, clock: Clock = NOW, **about: Any) -> Deployment:
    plan = build_plan(load_stack(folder, STACK), clock.today())
    return Deployment(project=folder, stack=STACK, action=action, plan=plan, clock=clock, **about)


def append(folder: Path, text: str) -> None:
    with (folder / EVENTS).open("a") as stream:
        stream.write(text)


class Judged:
    """What is refused of a change of the files, and what is told."""

    def __init__(self, folder: Path, deployed: Deployed | None = None, **changes: Any) -> None:
        self.told: list[str] = []
        baseline = deployed or from_journal(folder, STACK)
        found = refused_changes(deployment(folder, **changes).change, baseline, self.told.append)
        self.refused = sorted(finding.rule.id for finding in found)


def test_no_change_is_not_refused(folder: Path) -> None:
    deploy(folder)
    judged = Judged(folder)
    assert (judged.refused, judged.told) == ([], [])


def test_a_renamed_file_gets_its_old_name_back_and_is_not_retired(folder: Path) -> None:
    deploy(folder)
    (folder / AUDIT).rename((folder / AUDIT).with_name("other.yaml"))
    (found,) = refused_changes(deployment(folder).change, from_journal(folder, STACK), print)
    assert (found.rule.id, found.subject) == ("RLS-BLR-001", "prod/stream/payments-audit")
    assert (
        "declared in stacks/prod/streams/other.yaml now: give that file its old name, payments-audit.yaml"
        in found.remediation
    )
    assert "retire" not in found.remediation


def test_a_first_deployment_has_nothing_to_be_compared_with(folder: Path) -> None:
    append(folder, cut(NOW))
    judged = Judged(folder)
    assert (judged.refused, judged.told) == ([], [])


def test_a_cut_is_refused_until_it_is_approved_and_may_be_run_again_when_it_is_done(folder: Path, clock: Clock) -> None:
    edit(folder, EVENTS, "retention: 7d", "retention: 2d")
    deploy(folder)
    assert Judged(folder, clock=clock).refused == ["RLS-BLR-004"]
    append(folder, cut(clock))
    assert Judged(folder, clock=clock).refused == []
    edit(folder, EVENTS, "retention: 2d", "retention: 7d")
    judged = Judged(folder, clock=clock)
    assert judged.refused == []
    assert "RLS-BLR-007" in judged.told[0], "an approval whose change is deployed is told, so that it is removed"


def test_an_approval_lets_one_deployment_through(folder: Path, clock: Clock) -> None:
    deploy(folder)
    edit(folder, EVENTS, "retention: 7d", "retention: 2d")
    append(folder, cut(clock))
    assert Judged(folder, clock=clock).refused == []
    spent = build_plan(load_stack(folder, STACK), clock.today()).approvals
    baseline = replace(from_journal(folder, STACK), spent=spent)
    judged = Judged(folder, baseline, clock=clock)
    assert judged.refused == ["RLS-BLR-004"], "the same entry again, for a second change"
    edit(folder, EVENTS, "retention: 2d", "retention: 7d")
    judged = Judged(folder, baseline, clock=clock)
    assert (judged.refused, judged.told) == ([], []), "a spent approval is no finding"


def test_what_goes_is_counted_and_may_be_meant(folder: Path) -> None:
    deploy(folder)
    (folder / EVENTS).unlink()
    services = "  payments-dashboard:\n    owner: payments-team\n    rotate_every: 90d\n"
    edit(folder, f"stacks/{STACK}/stack.yaml", services, "")
    assert Judged(folder).refused == ["RLS-BLR-005"]
    assert Judged(folder, max_removed=50).refused == []


def test_an_interrupted_run_may_let_its_services_in(folder: Path) -> None:
    begin_run_of(folder)
    assert Judged(folder, before_this_run(folder, STACK)).refused == []
    assert Judged(folder, replace(from_journal(folder, STACK), principals=())).refused != []


def begin_run_of(folder: Path) -> None:
    from levee_infra.deployed.location import embedded_state

    directory = embedded_state(folder, STACK)
    directory.mkdir(parents=True)
    begin_run(folder, STACK)
    note = (directory / "under-way.json").rename(folder / "note")
    directory.rmdir()
    deploy(folder)
    note.rename(directory / "under-way.json")


# The Pulumi engine, asked through a command of our own on PATH: tests/support/answering_cli.py.


def run(folder: Path, action: Action = Action.UP) -> list[str]:
    lines: list[str] = []
    PulumiEngine(folder).run(deployment(folder, action), lines.append)
    return lines


@pytest.mark.parametrize("action", [Action.UP, Action.PREVIEW])
def test_pulumi_is_not_run_where_a_regulated_topic_would_go(folder: Path, cli: AnsweringCli, action: Action) -> None:
    cli.holds(exported())
    edit(folder, AUDIT, "eu.payments.audit.v1", "eu.payments.audit.v2")
    with pytest.raises(Rejected) as rejected:
        run(folder, action)
    assert rejected.value.exit_code == 1
    assert "RLS-BLR-001" in {each.id for each in rejected.value.diagnostics}
    assert any(each.location and each.location.file == AUDIT for each in rejected.value.diagnostics)
    assert cli.calls == []


def test_pulumi_is_run_where_nothing_is_wrong_with_the_change(folder: Path, cli: AnsweringCli) -> None:
    cli.holds(exported())
    assert run(folder) == []
    assert cli.calls == UP


def test_access_that_grows_is_told_and_not_refused(folder: Path, cli: AnsweringCli) -> None:
    cli.holds(exported())
    append(folder, READER)
    assert any("RLS-BLR-006" in line for line in run(folder))
    assert cli.calls == UP


def test_a_first_deployment_and_a_destroy_are_not_compared(folder: Path, cli: AnsweringCli) -> None:
    run(folder)
    assert cli.calls == ["stack init", *UP]
    cli.holds("no export")
    run(folder, Action.DESTROY)
    assert cli.calls[3:] == ["destroy --yes"]


@pytest.mark.parametrize("action", [Action.UP, Action.PREVIEW, Action.DESTROY])
def test_what_stays_is_told_before_pulumi_calls_it_deleted(folder: Path, cli: AnsweringCli, action: Action) -> None:
    document = exported()
    urn = f"urn:pulumi:{STACK}::levee::levee:aws:ArchiveBucket::retired"
    inputs = {"name": "retired-archive", "retentionDays": 365}
    document["deployment"]["resources"].append({"urn": urn, "type": "levee:aws:ArchiveBucket", "inputs": inputs})
    cli.holds(document)
    told = "- let go of archive of stream retired: it is kept with its lock, locked until "
    assert [line for line in run(folder, action) if line.startswith(told)]
    assert cli.calls == {Action.UP: UP, Action.PREVIEW: UP[:1], Action.DESTROY: ["destroy --yes"]}[action]


def test_a_state_that_cannot_be_read_is_not_an_empty_one(folder: Path, cli: AnsweringCli) -> None:
    cli.holds({"version": 3})
    with pytest.raises(LeveeError, match="can't be determined") as refused:
        run(folder)
    assert refused.value.exit_code == 2
    assert cli.calls == []


def test_a_state_of_before_every_setting_was_declared_is_nothing_to_refuse(folder: Path) -> None:
    """`retention.bytes: -1` where there was nothing is no cut, and another spelling of what is there is no change."""
    kept = {"cleanup.policy", "min.insync.replicas", "retention.ms", "unclean.leader.election.enable"}
    older = []
    for each in recorded():
        config = each.inputs.get("config")
        if isinstance(config, dict):
            said = {key: value for key, value in config.items() if key in kept or (key, value) == SIZE}
            spelled: dict[str, Value] = {key: f" {value}" for key, value in said.items()}
            older.append(replace(each, inputs={**each.inputs, "config": spelled}))
    assert older
    deploy(folder, [Put(each) for each in older])
    judged = Judged(folder)
    assert (judged.refused, judged.told) == ([], [])


def test_an_update_is_not_run_where_its_preview_finds_nothing_to_do(folder: Path, cli: AnsweringCli) -> None:
    cli.holds(exported())
    cli.finds('{"summaryEvent": {"resourceChanges": {"same": 0}, "isPreview": true}}', "Resources:\n    12 unchanged\n")
    lines: list[str] = []
    outcome = PulumiEngine(folder).run(deployment(folder), lines.append)
    assert outcome.changes == {"same": 12}
    assert lines[-1] == "nothing differs: there is nothing to update"
    assert cli.calls == UP[:1]


SETTLE = "refresh --yes"


def with_pending(urn: str | None = None) -> Any:
    """An export with an open creation of what it holds, or of something else."""
    document = exported()
    begun = document["deployment"]["resources"][-1]
    document["deployment"]["pending_operations"] = [
        {"type": "creating", "resource": {**begun, "urn": urn or begun["urn"]}}
    ]
    return document


@pytest.mark.parametrize("urn", [None, "urn:pulumi:prod::levee::kafka:index/topic:Topic::lost"])
def test_what_an_interrupted_run_left_pending_is_forgotten_first(
    folder: Path, cli: AnsweringCli, urn: str | None
) -> None:
    cli.holds(with_pending(urn))
    cli.finds('{"summaryEvent": {"resourceChanges": {"same": 0}, "isPreview": true}}', "Resources:\n    12 unchanged\n")
    run(folder)
    assert cli.calls == [SETTLE, UP[0]]


def test_a_destroy_forgets_what_is_settled_and_is_refused_where_nobody_knows(folder: Path, cli: AnsweringCli) -> None:
    cli.holds(with_pending("urn:pulumi:prod::levee::kafka:index/topic:Topic::lost"))
    with pytest.raises(LeveeError, match="was creating lost, and nobody knows"):
        run(folder, Action.DESTROY)
    assert cli.calls == []
    cli.holds(with_pending())
    run(folder, Action.DESTROY)
    assert cli.calls == [SETTLE, "destroy --yes"]


@pytest.mark.parametrize("chosen", [None, "false"])
def test_checkpoints_are_left_out_where_a_kill_costs_nothing(
    folder: Path, cli: AnsweringCli, monkeypatch: pytest.MonkeyPatch, chosen: str | None
) -> None:
    monkeypatch.delenv("PULUMI_BACKEND_URL", raising=False)
    if chosen is not None:
        monkeypatch.setenv("PULUMI_SKIP_CHECKPOINTS", chosen)
    run(folder)
    assert (chosen or "true") in cli.skipped_checkpoints, "a new stack, once it is there"
    cli.holds(exported())
    run(folder)
    assert cli.skipped_checkpoints == {chosen or ""}, "one that holds something"
    run(folder, Action.DESTROY)
    assert cli.skipped_checkpoints == {chosen or "true"}, "one that goes"


def deleted_anew(document: dict[str, Any], **summary: Any) -> str:
    """The events of a run that deletes a topic of a state, which its refresh finds made anew."""
    topic = next(each for each in document["deployment"]["resources"] if each["type"] == TOPIC)
    found = topic | {"outputs": {"recreatedAs": "another"}}
    steps = [("refresh", topic, found), ("delete", found, None)]
    events: list[dict[str, Any]] = [
        {"resOutputsEvent": {"metadata": {"op": op, "urn": topic["urn"], "old": old, "new": new}}}
        for op, old, new in steps
    ]
    events.append({"summaryEvent": {"resourceChanges": {"delete": 1}, "isPreview": False} | summary})
    return "".join(f"{json.dumps(each, separators=(',', ':'))}\n" for each in events)


def test_what_the_refresh_of_a_destroy_finds_made_anew_is_no_deletion(folder: Path, cli: AnsweringCli) -> None:
    document = exported()
    cli.holds(document)
    cli.finds(deleted_anew(document), "Resources:\n    - 3 deleted\n")
    lines: list[str] = []
    outcome = PulumiEngine(folder).run(deployment(folder, Action.DESTROY), lines.append)
    assert [(each.type, "it stays as it is" in each.how) for each in outcome.kept] == [(TOPIC, True)]
    assert not [line for line in lines if line.startswith("warning")]


def test_what_a_preview_finds_made_anew_is_told(folder: Path, cli: AnsweringCli) -> None:
    document = exported()
    cli.holds(document)
    cli.finds(deleted_anew(document, isPreview=True), "Resources:\n    - 3 to delete\n")
    lines: list[str] = []
    outcome = PulumiEngine(folder).run(deployment(folder, Action.PREVIEW), lines.append)
    assert (len(outcome.kept), sum("it stays as it is" in line for line in lines)) == (1, 1)


def test_what_was_recorded_as_made_anew_counts_once(folder: Path, cli: AnsweringCli) -> None:
    document = exported()
    topic = next(each for each in document["deployment"]["resources"] if each["type"] == TOPIC)
    topic["outputs"] = {**topic.get("outputs", {}), "recreatedAs": "another"}
    cli.holds(document)
    cli.finds(deleted_anew(document), "Resources:\n    - 3 deleted\n")
    assert len(PulumiEngine(folder).run(deployment(folder, Action.DESTROY), print).kept) == 1


@pytest.mark.parametrize("events", ["", '{"resOutputsEvent":', None])
def test_a_destroy_without_its_events_warns(folder: Path, cli: AnsweringCli, events: str | None) -> None:
    document = exported()
    cli.holds(document)
    if events is None:
        events = deleted_anew(document).rpartition('{"summaryEvent"')[0]
    cli.finds(events, "Resources:\n    - 3 deleted\n")
    assert [line for line in run(folder, Action.DESTROY) if line.startswith("warning: pulumi's event log")]
