"""The plugin's process: ``python infra/providers/levee``, as Pulumi starts it."""

from infra.providers.levee.provider import LeveeProvider
from infra.providers.serving import serve
from levee.clock import SYSTEM_CLOCK

if __name__ == "__main__":
    serve(LeveeProvider(SYSTEM_CLOCK))
