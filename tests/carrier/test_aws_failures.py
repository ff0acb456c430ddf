"""What AWS answers for a while is waited for, what lasts ends the run with what to do."""

from __future__ import annotations

import io
from dataclasses import dataclass
from itertools import repeat

import pytest

from levee.diagnostics import LeveeError
from levee_infra.carrier import aws_failures
from levee_infra.carrier.aws_failures import answer, require_passing
from levee_infra.carrier.report import Report
from levee_infra.providers.protocol.failures import FailedError, RefusedError
from levee_infra.providers.protocol.failures import refused as refused_property
from levee_infra.targets.aws.api import AwsError


@dataclass
class PlayedCall:
    """Answers, after it has failed so often."""

    failures: list[Exception]

    async def ask(self) -> str:
        if self.failures:
            raise self.failures.pop(0)
        return "answer"


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aws_failures, "pauses", lambda: repeat(0.0))


@pytest.mark.parametrize("code", ["LimitExceededException", "Throttling", "500", "502", "503", "504"])
async def test_what_passes_is_waited_for_and_told(code: str) -> None:
    said = io.StringIO()
    assert await answer(PlayedCall([AwsError("not now", code)] * 2).ask, Report(said)) == "answer"
    assert said.getvalue() == "warning: not now; trying again in 0 s\n" * 2
    require_passing(AwsError("not now", code))


@pytest.mark.parametrize("code", ["AccessDeniedException", "400", "404", "ResourceNotFoundException"])
async def test_what_lasts_is_told_with_what_to_do(code: str) -> None:
    with pytest.raises(LeveeError, match="never") as ended:
        await answer(PlayedCall([AwsError("never", code)]).ask, Report(io.StringIO()))
    assert "levee up" in ended.value.help


async def test_where_aws_cannot_be_asked_at_all_a_run_does_not_begin() -> None:
    with pytest.raises(LeveeError, match="no credentials"):
        await answer(PlayedCall([FailedError("no credentials")]).ask, Report(io.StringIO()))
    require_passing(FailedError("no credentials"))  # one that runs waits for them


async def test_a_refusal_is_the_callers_to_tell() -> None:
    with pytest.raises(RefusedError, match="account"):
        await answer(PlayedCall([refused_property("account", "another")]).ask, Report(io.StringIO()))
