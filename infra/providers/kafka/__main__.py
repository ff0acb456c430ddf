"""The plugin's process: ``python infra/providers/kafka``, as Pulumi starts it."""

import os
import signal

if __name__ == "__main__":
    # Before the imports, which take a second: Pulumi may stop it within that.
    signal.signal(signal.SIGINT, lambda *_: os._exit(0))

    from infra.providers.kafka.provider import KafkaProvider
    from infra.providers.serving import serve

    serve(KafkaProvider())
