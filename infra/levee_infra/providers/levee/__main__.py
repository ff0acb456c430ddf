"""The levee plugin's process."""

import os
import signal


def main() -> None:
    """Serve until the engine ends it."""
    # Before the imports, which take a second: Pulumi may stop it within that.
    signal.signal(signal.SIGINT, lambda *_: os._exit(0))

    from levee.clock import SYSTEM_CLOCK
    from levee_infra.providers.levee.provider import LeveeProvider
    from levee_infra.providers.protocol.serving import serve

    serve(LeveeProvider(SYSTEM_CLOCK))
