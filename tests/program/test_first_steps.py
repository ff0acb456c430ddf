"""A project in which nothing runs yet: whatever is missing, the error says what to start."""

from __future__ import annotations

from pathlib import Path

import botocore
import pytest

from levee.diagnostics import LeveeError
from levee.plan.build import build_plan
from levee.plan.planned import Plan
from levee_infra.kafka.live_cluster import look
from tests.support.days import MOMENTS
from tests.support.stack_files import StackFiles

AUTHORITIES = Path(botocore.__file__).with_name("cacert.pem")


@pytest.fixture
def files(tmp_path: Path) -> StackFiles:
    files = StackFiles(tmp_path)
    return files.edit(files.stack, '["127.0.0.1:19092", "broker-2.example.com:9093"]', '["127.0.0.1:1"]')


def plan_of(files: StackFiles) -> Plan:
    return build_plan(files.load(), next(iter(MOMENTS.values())).date())


def give(file: Path, text: str) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    file.chmod(0o600)


@pytest.mark.parametrize("there", [0, 1, 2], ids=["nothing", "the authority", "the password too"])
def test_what_to_start_is_said(files: StackFiles, monkeypatch: pytest.MonkeyPatch, there: int) -> None:
    monkeypatch.setenv("LEVEE_CONTACT_SECONDS", "1")
    for name, text in (("certs/ca.pem", AUTHORITIES.read_text()), ("secrets/admin.password", "x" * 30))[:there]:
        give(files.project / name, text)
    with pytest.raises(LeveeError) as refused:
        look(plan_of(files), files.project)
    assert "levee local up" in str(refused.value.help)
