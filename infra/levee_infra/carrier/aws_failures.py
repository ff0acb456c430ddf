"""What AWS can't do just now, and what it won't do until somebody does something."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from levee.diagnostics import LeveeError
from levee_infra.carrier.commits import pauses
from levee_infra.carrier.report import Report
from levee_infra.providers.protocol.failures import FailedError
from levee_infra.targets.aws.api import AwsError

T = TypeVar("T")

_PASSES: Final = frozenset(
    {
        *("ProvisionedThroughputExceededException", "LimitExceededException", "KMSThrottlingException"),
        *("ThrottlingException", "Throttling", "RequestLimitExceeded", "InternalFailureException", "InternalFailure"),
        *("ServiceUnavailable", "ServiceUnavailableException", "InternalServerError"),
    }
)
"""What AWS answers for a while, and a proxy before it with a status alone: 503."""


async def answer(ask: Callable[[], Awaitable[T]], report: Report) -> T:
    """What AWS answers in the end, where it puts off for a while. Raises LeveeError for what lasts."""
    waits = pauses()
    while True:
        try:
            return await ask()
        except AwsError as error:
            require_passing(error)
            pause = next(waits)
            report.trouble(str(error), pause)
        except FailedError as error:
            raise LeveeError(str(error)) from None
        await asyncio.sleep(pause)


def require_passing(error: FailedError) -> None:
    """Raise LeveeError for what lasts until somebody does something. Where nobody answered, that passes."""
    if isinstance(error, AwsError) and error.code not in _PASSES and not error.code.startswith("5"):
        raise _refused(error) from None


def _refused(error: AwsError) -> LeveeError:
    if error.code.startswith("KMS"):
        return LeveeError(
            str(error), "let the service's role use the data stream's key (kms:Decrypt), and the key be on"
        )
    if error.code == "ResourceNotFoundException":
        return LeveeError(
            str(error), "`levee up` makes the data stream; one that was made anew is carried from its start"
        )
    help_ = "run as the service's role: `levee up` puts it right, and `levee verify` shows what it may do"
    return LeveeError(str(error), help_)
