"""Runs the engine on a loop in a thread of its own, while the caller waits and listens for signals."""

import asyncio
import gc
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from levee_infra.engines.embedded.errors import Interrupted
from levee_infra.interruption import Interruption, interrupt, on_signals

T = TypeVar("T")


def run_to_its_end(
    work: Callable[[], Coroutine[Any, Any, T]], stop: Callable[[int], None], executor: ThreadPoolExecutor
) -> T:
    """What ``work`` returns or raises. A first signal calls ``stop`` on the loop; a second leaves the work behind.

    Raises:
        Interrupted: on the second signal.
    """
    loop = asyncio.new_event_loop()
    loop.set_default_executor(executor)
    # Tasks that fail after the program did are consequences; the cause is raised.
    loop.set_exception_handler(lambda _loop, _context: None)
    # A daemon, as a program may hang; and nothing but the loop, as the SDK walks down the stack at each registration.
    thread = threading.Thread(target=loop.run_forever, name="embedded-engine", daemon=True)
    received: list[int] = []

    def receive(number: int) -> None:
        received.append(number)
        if len(received) > 1:
            interrupt(number)
        loop.call_soon_threadsafe(stop, number)

    with _garbage_left_alone(), on_signals(receive):
        thread.start()
        ending = asyncio.run_coroutine_threadsafe(_with_an_end(work()), loop)
        try:
            return ending.result()
        except Interruption:
            raise Interrupted(
                "stopped at once; operations that were under way may have taken effect",
                received[-1],
                help="run the same command again: it looks at what exists and goes on from there",
                at_once=True,
            ) from None
        finally:
            if ending.done():
                loop.call_soon_threadsafe(loop.stop)
                thread.join()
                loop.close()


async def _with_an_end(work: Coroutine[Any, Any, T]) -> T:
    """The work, and then the end of every task and thread that it left behind."""
    try:
        return await work
    finally:
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await asyncio.get_running_loop().shutdown_default_executor()


@contextmanager
def _garbage_left_alone() -> Iterator[None]:
    """No cycle collection during a run: among the SDK's many live tasks it costs several times the work itself.

    Afterwards everything counts as long-lived, so that it is looked at when collection is next due and not at once.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.freeze()
            gc.unfreeze()
            gc.enable()
