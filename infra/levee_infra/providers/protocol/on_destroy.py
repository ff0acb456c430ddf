"""`onDestroy: refuse` of a provider's configuration: delete nothing in a run that declares nothing of this provider.

`pulumi destroy` runs no program. It deletes wave by wave, and meets what is protected only when its wave has come; a
provider is configured from the state then, and asked to delete without having been asked to check anything
(``newDestroySource`` in ``pkg/engine/destroy.go``, ``DeleteStep.Apply`` in ``pkg/resource/deploy/step.go``).
"""

from typing import Final

from levee_infra.providers.protocol.failures import refused
from levee_infra.providers.protocol.properties import Properties

ON_DESTROY: Final = "onDestroy"
REFUSE: Final = "refuse"

NOTHING_DELETED: Final = (
    "nothing was deleted: the stack protects what it holds, and this run declares nothing of it. Take the protection "
    "off first (with levee: a due `retire` entry in each regulated stream's file, or no such stream), run `pulumi up`, "
    "then destroy"
)


def is_refused(config: Properties) -> bool:
    """Whether a run that declares nothing may delete nothing."""
    return config.get(ON_DESTROY) == REFUSE


def checked(config: Properties) -> Properties:
    """The configuration without this property. Raises RefusedError where it has a value that it can't have."""
    if config.get(ON_DESTROY, REFUSE) != REFUSE:
        raise refused(ON_DESTROY, f"must be `{REFUSE}`, or left out")
    return {key: value for key, value in config.items() if key != ON_DESTROY}
