"""Never report drift at first sight: what a broker shows lags behind what the controller has committed."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

T = TypeVar("T")

PAUSE_SECONDS: Final = 0.3


async def second_look(
    expected: Callable[[T], bool], read: Callable[[], Awaitable[T]], read_now: Callable[[], Awaitable[T]]
) -> T:
    """Return what ``read`` finds if it is as expected, else what ``read_now`` finds a moment later."""
    found = await read()
    if expected(found):
        return found
    await asyncio.sleep(PAUSE_SECONDS)
    return await read_now()
