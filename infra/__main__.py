"""What `pulumi up` runs: the stack's declaration, checked and registered."""

import asyncio
import atexit
import os
import signal
from pathlib import Path

import pulumi
from pulumi.runtime.settings import SETTINGS

from infra.program import run
from infra.sdk_cost import DebugTogether, collect_garbage_seldom
from levee.clock import SYSTEM_CLOCK

collect_garbage_seldom()
debug = DebugTogether(SETTINGS.engine)
SETTINGS.engine = debug
atexit.register(debug.send)


def stop(*_: object) -> None:
    """End as Pulumi stops a program once a resource has failed, and has said why. 32: an error that is told already."""
    debug.send()
    os._exit(32)


signal.signal(signal.SIGINT, stop)


async def program() -> None:
    """Register everything and let the registrations begin.

    While none has, the SDK waits for all outputs at once, over and over, which takes quadratic time; afterwards it
    waits for one registration after the other.
    """
    run(Path(pulumi.get_root_directory()), pulumi.get_stack(), SYSTEM_CLOCK.today())
    await asyncio.sleep(0)


pulumi.run(program)
