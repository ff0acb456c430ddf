"""The inputs of ``levee:kafka:ServiceCredential``: read, checked, and compared with what was declared
before.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from levee.model.name import service_name_problem
from levee.model.service import Previous
from levee_infra.kafka.credential.credential_name import CredentialName
from levee_infra.kafka.credential.grant import ACLS, Grant, read_grant
from levee_infra.kafka.secret_store.contract import StoreLocation, Stores
from levee_infra.providers.protocol.declared import (
    INTEGER,
    MAPPING,
    TEXTS,
    Field,
    between,
    defaults_of,
    needed,
    object_type,
    read_all,
    read_apart,
)
from levee_infra.providers.protocol.failures import Problem, RefusedError
from levee_infra.providers.protocol.fields import Fields, known
from levee_infra.providers.protocol.properties import Properties, Unknown, Value, is_known, reveal

MIN_ITERATIONS: Final = 8_192
"""levee's floor; Kafka's own is 4,096 (org.apache.kafka.common.security.scram.internals.ScramMechanism)."""

MAX_ITERATIONS: Final = 16_384
"""Above this the broker refuses (org.apache.kafka.controller.ScramControlManager.MAX_ITERATIONS)."""

MAX_GENERATION: Final = 999_999_999
WHAT: Final = "a ServiceCredential"
SECRET_STORE: Final = object_type(
    "levee:kafka:SecretStore",
    "a secretStore",
    (
        needed("kind", "`file` or `secrets-manager`."),
        Field("directory", "Of `file`: an absolute path; mode 0700, made if it isn't there."),
        Field("prefix", "Of `secrets-manager`: what the secrets' names begin with; each is a `levee:aws:Secret`."),
        Field("account", "Of `secrets-manager`, as in `levee:aws:Connection`."),
        Field("region"),
        Field("endpoint"),
        Field("credentialsFile"),
    ),
    "Where the passwords are kept.",
)


def service_problem(service: str) -> str | None:
    """Say what is wrong with the name of a service."""
    return f"{service} {reason}" if (reason := service_name_problem(service)) else None


def _generation_problem(generation: int) -> str | None:
    is_one = 1 <= generation <= MAX_GENERATION
    return None if is_one else "must be 1 or more; raise it by 1 to rotate the credential"


def _previous_problem(previous: str) -> str | None:
    is_one = previous in set(Previous)
    return None if is_one else "must be valid, or revoked once every client uses the new generation"


TAKES: Final = (
    needed("service", "Lower-case letters, digits and inner hyphens. Can't change.", check=service_problem),
    needed(
        "generation",
        "Raise it by 1 to rotate; the previous generation stays valid.",
        INTEGER,
        check=_generation_problem,
    ),
    Field(
        "previous",
        "`valid`, or `revoked` once every client has moved.",
        check=_previous_problem,
        default=Previous.VALID.value,
    ),
    Field(
        "iterations",
        "Of PBKDF2; 8192 to 16384.",
        INTEGER,
        check=between(MIN_ITERATIONS, MAX_ITERATIONS, " (Kafka takes no more)"),
        default=MIN_ITERATIONS,
    ),
    needed("acls", "What every valid generation may do; nothing else may stay.", ACLS),
    needed("secretStore", type=replace(SECRET_STORE, read=read_apart)),
)
GIVES: Final = (
    needed("username", "The user of the newest generation: `<service>.g<generation>`."),
    needed("principals", "The principals of all valid generations, oldest first.", TEXTS),
    needed(
        "secretRef", "Where the newest generation's ready client settings are, such as `file:/…/billing.g1.properties`."
    ),
    Field(
        "secretVersions",
        "Which version of each user's secret levee wrote or took over, where the store tells versions. No password.",
        MAPPING,
    ),
    Field(
        "madeOn",
        "The day (UTC, YYYY-MM-DD) on which each user's password was made; absent for one that nobody noted.",
        MAPPING,
    ),
    Field(
        "drift",
        "What differs on the cluster or in the store, a sentence each; absent where nothing does. An update puts it "
        "right.",
        TEXTS,
    ),
)


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
    filled: Properties = {**defaults_of(TAKES), **given}
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
    declared = read_all(fields, TAKES)
    grants = read_grants(fields, properties.get("acls"))
    store = read_store(fields, stores)
    fields.raise_problems()
    if not is_known(dict(properties)):
        return None
    assert store is not None
    return DeclaredCredential(
        service=declared["service"],
        generation=declared["generation"],
        previous=Previous(declared["previous"] or Previous.VALID),
        iterations=declared["iterations"] or MIN_ITERATIONS,
        grants=grants,
        store=store,
    )


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


def read_store(fields: Fields, stores: Stores) -> StoreLocation | None:
    """Read where secrets are kept, noting problems in the fields; None if it doesn't say, or not yet."""
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
    return read_store(Fields(inputs, what=WHAT), stores)


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
