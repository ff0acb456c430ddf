"""moto's subscription filters, put right: they keep all that is put, as AWS's do.

An update that leaves one of these fields out leaves it as it is:
https://github.com/hashicorp/terraform-provider-aws/pull/45760.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from moto.logs.models import SubscriptionFilter
from moto.logs.responses import LogsResponse

DROPPED: Final = ("fieldSelectionCriteria", "applyOnTransformedLogs", "emitSystemFields")
"""What moto 5.2 takes and forgets."""

KEPT: Final = "levee_tests_kept"


def correct() -> None:
    """Put moto right, in this process."""
    LogsResponse.put_subscription_filter = _keeping(LogsResponse.put_subscription_filter)
    SubscriptionFilter.to_json = _telling(SubscriptionFilter.to_json)


def _keeping(original: Callable[[LogsResponse], str]) -> Callable[[LogsResponse], str]:
    def put_subscription_filter(self: LogsResponse) -> str:
        answer = original(self)
        group = self.logs_backend.groups[self._get_param("logGroupName")]
        made = group.subscription_filters[self._get_param("filterName")]
        given = {name: self._get_param(name) for name in DROPPED}
        kept = {name: value for name, value in given.items() if value is not None}
        setattr(made, KEPT, {**getattr(made, KEPT, {}), **kept})
        return answer

    return put_subscription_filter


def _telling(
    original: Callable[[SubscriptionFilter], dict[str, Any]],
) -> Callable[[SubscriptionFilter], dict[str, Any]]:
    def to_json(self: SubscriptionFilter) -> dict[str, Any]:
        return {**original(self), **getattr(self, KEPT, {})}

    return to_json
