"""What `pulumi up` runs: the stack's declaration, checked and registered."""

import asyncio
import atexit
import os
import signal

TOLD = 32  # the exit code of a program whose error is told already: any other is told of as an error of its own

# Pulumi stops a program so once a resource has failed, and has said why.
# Before the imports, which take a second: it may be stopped within that.
signal.signal(signal.SIGINT, lambda *_: os._exit(TOLD))

from pathlib import Path  # noqa: E402

import pulumi  # noqa: E402
from pulumi.runtime.settings import SETTINGS  # noqa: E402

from infra.program import run  # noqa: E402
from infra.sdk_cost import DebugTogether, collect_garbage_seldom  # noqa: E402
from levee.clock import SYSTEM_CLOCK  # noqa: E402

collect_garbage_seldom()
debug = DebugTogether(SETTINGS.engine)
SETTINGS.engine = debug
atexit.register(debug.send)


def stop(*_: object) -> None:
    """End as above, with what is held back for the CLI's `--debug`."""
    debug.send()
    os._exit(TOLD)


signal.signal(signal.SIGINT, stop)


async def program() -> None:
    """Register everything and let the registrations begin.

    While none has, the SDK waits for all outputs at once, over and over, which takes quadratic time; afterwards it
    waits for one registration after the other.
    """
    try:
        run(Path(pulumi.get_root_directory()), pulumi.get_stack(), SYSTEM_CLOCK.today())
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        stop()
    await asyncio.sleep(0)


pulumi.run(program)
