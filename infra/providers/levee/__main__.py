"""The plugin's process: ``python infra/providers/levee``, as Pulumi starts it."""

import os
import signal

if __name__ == "__main__":
    # Before the imports, which take a second: Pulumi may stop it within that.
    signal.signal(signal.SIGINT, lambda *_: os._exit(0))

    from infra.providers.levee.provider import LeveeProvider
    from infra.providers.serving import serve
    from levee.clock import SYSTEM_CLOCK

    serve(LeveeProvider(SYSTEM_CLOCK))
