"""What `pulumi up` runs: the stack's declaration, checked and registered."""

import asyncio
import atexit
import os
import signal

REPORTED = 32
"""The exit code of a program whose error is reported already: Pulumi reports any other as an error of its own."""


def main() -> None:
    """Run the program in the project and for the stack that Pulumi's environment names."""
    # Pulumi stops a program so once a resource has failed, and has said why.
    # Before the imports, which take a second: it may be stopped within that.
    signal.signal(signal.SIGINT, lambda *_: os._exit(REPORTED))

    from pathlib import Path

    import pulumi
    from pulumi.runtime.settings import SETTINGS

    from levee.clock import SYSTEM_CLOCK
    from levee_infra.program import run
    from levee_infra.sdk_cost import DebugTogether, collect_garbage_seldom

    collect_garbage_seldom()
    debug = DebugTogether(SETTINGS.engine)
    SETTINGS.engine = debug
    atexit.register(debug.send)

    def stop(*_: object) -> None:
        """End as above, with what is held back for the CLI's `--debug`."""
        debug.send()
        os._exit(REPORTED)

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


if __name__ == "__main__":
    main()
