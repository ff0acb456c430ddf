"""The plugin's process: ``python infra/providers/kafka``, as Pulumi starts it."""

from infra.providers.kafka.provider import KafkaProvider
from infra.providers.serving import serve

if __name__ == "__main__":
    serve(KafkaProvider())
