"""The kafka plugin's process."""

import os
import signal


def main() -> None:
    """Serve until the engine ends it."""
    # Before the imports, which take a second: Pulumi may stop it within that.
    signal.signal(signal.SIGINT, lambda *_: os._exit(0))

    from levee_infra.providers.kafka.provider import KafkaProvider
    from levee_infra.providers.protocol.serving import serve

    serve(KafkaProvider())
