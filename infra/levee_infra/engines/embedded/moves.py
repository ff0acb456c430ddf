"""Resources that are declared under another URN than they are recorded under, and found by their aliases.

https://www.pulumi.com/docs/iac/concepts/resources/options/aliases/
"""

from collections.abc import Container, Iterator

from levee_infra.deployed.embedded_state import State
from levee_infra.engines.embedded.errors import Refusal
from levee_infra.engines.embedded.registration import Registration


class Moves:
    """What moves in one run: ``urns`` are the new URNs by the old ones. Nothing is recorded here."""

    def __init__(self) -> None:
        self.urns: dict[str, str] = {}
        self._moved: set[str] = set()

    def find(self, state: State, declared: Registration, registered: Container[str]) -> Iterator[Refusal]:
        """Have the state know the resource by the URN that it is declared with; refuse to take one for two.

        Its URN counts first, then its aliases in their order (``getOldResource`` of pulumi/pulumi,
        pkg/resource/deploy/step_generator.go). What is below something that moves would move with it: not supported.
        """
        if declared.urn in self.urns:
            yield _twice(declared, declared.urn, self.urns[declared.urn])
        if declared.parent in self._moved:
            yield Refusal(declared.urn, f"{declared.urn}: the embedded engine moves nothing that has children")
        if state.knows(declared.urn):
            return
        was = next((urn for urn in declared.aliases if state.knows(urn) or urn in self.urns), None)
        if was is None:
            return
        if was in registered or was in self.urns:
            yield _twice(declared, was, self.urns.get(was, was))
            return
        state.move(was, declared.urn)
        self.urns[was] = declared.urn
        self._moved.add(declared.urn)


def _twice(declared: Registration, urn: str, other: str) -> Refusal:
    return Refusal(declared.urn, f"{declared.urn} and {other} can't both be what is recorded as {urn}")
