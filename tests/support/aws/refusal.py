"""What AWS refuses a call with."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError


def refusal(call: Callable[..., object], **parameters: object) -> tuple[int, str]:
    """The status and code that `call` with `parameters` is refused with. It must carry a request id."""
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    metadata = refused.value.response["ResponseMetadata"]
    assert metadata["RequestId"]
    return metadata["HTTPStatusCode"], refused.value.response["Error"]["Code"]
