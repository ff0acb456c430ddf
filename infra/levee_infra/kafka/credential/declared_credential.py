"""The inputs of ``levee:kafka:ServiceCredential``: read, checked, and compared with what was declared
before.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from levee.model.name import service_name_problem
from levee.model.service import Previous
from levee_infra.kafka.credential.credential_name import CredentialName
from levee_infra.kafka.credential.grant import Grant, read_grant
from levee_infra.kafka.secret_store.contract import StoreLocation, Stores
from levee_infra.providers.protocol.failures import Problem, RefusedError
from levee_infra.providers.protocol.fields import Fields, known
from levee_infra.providers.protocol.properties import Properties, Unknown, Value, is_known, reveal

MIN_ITERATIONS: Final = 8_192
"""levee's floor; Kafka's own is 4,096 (org.apache.kafka.common.security.scram.internals.ScramMechanism)."""

MAX_ITERATIONS: Final = 16_384
"""Above this the broker refuses (org.apache.kafka.controller.ScramControlManager.MAX_ITERATIONS)."""

MAX_GENERATION: Final = 999_999_999
PROPERTIES: Final = ("service", "generation", "previous", "iterations", "acls", "secretStore")
WHAT: Final = "a ServiceCredential"


@dataclass(frozen=True, slots=True)
class DeclaredCredential:
    """One service's credential as it shall be. ``iterations`` is of PBKDF2 in SCRAM-SHA-512."""

    service: str
    generation: int
    previous: Previous
    iterations: int
    grants: frozenset[Grant]
    store: StoreLocation

    @property
    def names(self) -> tuple[CredentialName, ...]:
        """The users that shall be valid, oldest first: two during the overlap of a rotation."""
        overlaps = self.generation > 1 and self.previous is Previous.VALID
        first = self.generation - 1 if overlaps else self.generation
        return tuple(CredentialName(self.service, number) for number in range(first, self.generation + 1))


def with_defaults(properties: Properties) -> Properties:
    """Return the inputs with what may be left out filled in, numbers as numbers and nulls left out."""
    given = {name: value for name, value in properties.items() if value is not None}
    filled: Properties = {"previous": Previous.VALID.value, "iterations": MIN_ITERATIONS, **given}
    numbers = Fields(filled, what=WHAT)
    for name in ("generation", "iterations"):
        if (number := known(numbers.integer(name))) is not None:
            filled[name] = number
    return acls_with_defaults(filled)


def acls_with_defaults(properties: Properties) -> Properties:
    """Return the inputs with what may be left out of an entry of ``acls`` filled in."""
    acls = reveal(properties.get("acls"))
    return (
        {**properties, "acls": [_entry_with_defaults(entry) for entry in acls]}
        if isinstance(acls, list)
        else properties
    )


def _entry_with_defaults(entry: Value) -> Value:
    grant, _ = read_grant(entry, "acls")
    return entry if grant is None else dict(grant.to_properties())


def read_credential(properties: Mapping[str, Value], stores: Stores) -> DeclaredCredential | None:
    """Read the inputs; None where a value isn't known yet in this preview.

    Raises RefusedError with every problem of the inputs.
    """
    fields = Fields(properties, what=WHAT)
    fields.only(PROPERTIES)
    service = fields.text("service", required=True)
    generation = fields.integer("generation", required=True)
    previous = fields.text("previous") or Previous.VALID.value
    iterations = fields.integer("iterations")
    for problem in _scalar_problems(known(service), known(generation), known(previous), known(iterations)):
        fields.refuse(problem.property, problem.reason)
    grants = read_grants(fields, properties.get("acls"))
    store = _read_store(fields, stores)
    fields.raise_problems()
    if not is_known(dict(properties)):
        return None
    assert isinstance(service, str) and isinstance(generation, int) and store is not None  # noqa: PT018 - one fact
    return DeclaredCredential(
        service=service,
        generation=generation,
        previous=Previous(str(previous)),
        iterations=known(iterations) or MIN_ITERATIONS,
        grants=grants,
        store=store,
    )


def _scalar_problems(
    service: str | None, generation: int | None, previous: str | None, iterations: int | None
) -> Iterator[Problem]:
    if service is not None and (reason := service_name_problem(service)):
        yield Problem("service", f"{service} {reason}")
    if generation is not None and not 1 <= generation <= MAX_GENERATION:
        yield Problem("generation", "must be 1 or more; raise it by 1 to rotate the credential")
    if previous is not None and previous not in set(Previous):
        yield Problem("previous", "must be valid, or revoked once every client uses the new generation")
    if iterations is not None and not MIN_ITERATIONS <= iterations <= MAX_ITERATIONS:
        yield Problem("iterations", f"must be {MIN_ITERATIONS} to {MAX_ITERATIONS} (Kafka takes no more)")


def read_grants(fields: Fields, acls: Value) -> frozenset[Grant]:
    """Read the entries of ``acls``, noting problems in the fields."""
    acls = reveal(acls)
    if isinstance(acls, Unknown):
        return frozenset()
    if not isinstance(acls, list) or not acls:
        fields.refuse("acls", "must list at least one entry; a service without grants needs no credential")
        return frozenset()
    grants: dict[Grant, int] = {}
    for index, entry in enumerate(acls):
        grant, problems = read_grant(entry, f"acls[{index}]")
        for problem in problems:
            fields.refuse(problem.property, problem.reason)
        if grant is not None and (first := grants.setdefault(grant, index)) != index:
            fields.refuse(f"acls[{index}]", f"repeats acls[{first}] ({grant}); leave one out")
    return frozenset(grants)


def _read_store(fields: Fields, stores: Stores) -> StoreLocation | None:
    value = fields.nested("secretStore")
    if value is None:
        fields.refuse("secretStore", f"{WHAT} needs secretStore, such as {{kind: file, directory: an absolute path}}")
    if value is None or isinstance(value, Unknown):
        return None
    inner = Fields(value, what="a secretStore")
    location = None
    kind = known(inner.text("kind", required=True))
    if kind is not None and kind in stores:
        location = stores[kind](inner)
    elif kind is not None:
        inner.refuse("kind", f"must be one of {', '.join(sorted(stores))}")
    for problem in inner.problems:
        fields.refuse(f"secretStore.{problem.property}", problem.reason)
    return location


def read_location(inputs: Mapping[str, Value], stores: Stores) -> StoreLocation | None:
    """Read where the secrets of recorded inputs are; None if they don't say."""
    return _read_store(Fields(inputs, what=WHAT), stores)


def refuse_transition(old: Mapping[str, Value], new: DeclaredCredential) -> None:
    """Refuse a step from the inputs ``old`` to ``new`` that would lose a credential or its overlap.

    Raises RefusedError with every reason.
    """
    if problems := list(_transition_problems(old, new)):
        raise RefusedError(*problems)


def _transition_problems(old: Mapping[str, Value], new: DeclaredCredential) -> Iterator[Problem]:
    # Old inputs are read leniently: a later levee may refuse what an earlier one took.
    before = Fields(old, what=WHAT)
    service, generation = known(before.text("service")), known(before.integer("generation"))
    revoked = known(before.text("previous")) == Previous.REVOKED
    if service is not None and service != new.service:
        yield Problem(
            "service",
            f"can't change from {service} to {new.service}; declare {new.service} beside it, "
            f"move its clients, then remove {service}",
        )
        return
    if generation is None:
        return
    step = new.generation - generation
    if step < 0:
        yield Problem(
            "generation", f"can't go back from {generation} to {new.generation}; rotate to {generation + 1} instead"
        )
    elif step > 1:
        yield Problem(
            "generation",
            f"can't jump from {generation} to {new.generation}: clients would lose the overlap in which two "
            f"generations work; go to {generation + 1} first",
        )
    elif step == 1 and new.previous is Previous.REVOKED:
        yield Problem(
            "previous",
            f"must be valid while generation goes from {generation} to {new.generation}, or clients are cut off "
            "before they can move; revoke in the next run",
        )
    elif step == 0 and revoked and new.previous is Previous.VALID and generation > 1:
        yield Problem(
            "previous",
            f"generation {generation - 1} was revoked and its password destroyed, it can't become valid again; "
            f"leave previous at revoked, or rotate to generation {generation + 1}",
        )
