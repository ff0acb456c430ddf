"""A plan for a person and for a machine, kept as files."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from levee.loading.load import load_stack
from levee.plan.build import build_plan
from levee.render.plan_json import render_json
from levee.render.plan_tables import render_tables
from tests.support.golden import assert_golden
from tests.support.stack_files import StackFiles

PROJECT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "golden"
TODAY = date(2026, 11, 21)


def test_the_local_stack_as_tables() -> None:
    assert_golden(GOLDEN / "local.txt", render_tables(build_plan(load_stack(PROJECT, "local"), TODAY)))


def test_the_local_stack_as_canonical_json() -> None:
    assert_golden(GOLDEN / "local.json", render_json(build_plan(load_stack(PROJECT, "local"), TODAY)))


def test_the_stack_in_an_account_with_its_parts() -> None:
    plan = build_plan(load_stack(PROJECT, "aws-local"), TODAY)
    assert_golden(GOLDEN / "aws-local.txt", render_tables(plan))
    assert_golden(GOLDEN / "aws-local.json", render_json(plan))


def test_everything_a_stream_can_declare(tmp_path: Path) -> None:
    files = StackFiles(tmp_path).on_ibm()
    files.add(
        files.orders,
        """\
        filter: "<v1> $d.severity == 'ERROR'"
        sinks:
          - {name: siem, kind: http, service: siem-shipper, destination: "https://siem.example.com"}
        archive: {bucket: orders-archive, retention: 365d, locked: true}
        monitors:
          - {kind: under-min-isr, window: 15m}
          - {kind: lag, window: 5m, threshold: 10000}
        """,
    )
    plan = build_plan(files.load(), TODAY)
    assert_golden(GOLDEN / "everything.txt", render_tables(plan))
    assert_golden(GOLDEN / "everything.json", render_json(plan))


def test_json_is_canonical(tmp_path: Path) -> None:
    text = render_json(build_plan(StackFiles(tmp_path).load(), TODAY))
    again = json.dumps(json.loads(text), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    assert text == again
