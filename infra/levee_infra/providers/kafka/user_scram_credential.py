"""``kafka:index/userScramCredential:UserScramCredential``: a user that logs in with a password."""

from collections.abc import Mapping
from typing import Final

from levee_infra.kafka.admin.broker_error import BrokerError
from levee_infra.kafka.admin.scram import (
    HASHES,
    MAX_ITERATIONS,
    MIN_ITERATIONS,
    SaltedPassword,
    ScramUser,
    ScramUsers,
    salt_password,
)
from levee_infra.providers.protocol.differences import Difference, differences
from levee_infra.providers.protocol.failures import FailedError, refused
from levee_infra.providers.protocol.fields import Fields, known
from levee_infra.providers.protocol.kind import Declaration, Recorded, ResourceKind
from levee_infra.providers.protocol.ownership import Marks, Thing, ThingKind, refuse_marked
from levee_infra.providers.protocol.properties import UNKNOWN, Properties, Secret, Unknown, Value, is_known, reveal

RESOURCE_TYPE: Final = "kafka:index/userScramCredential:UserScramCredential"
DEFAULT_ITERATIONS: Final = 4_096

PASSWORD: Final = "password"  # noqa: S105 - the property's name
WRITE_ONLY: Final = "passwordWo"
WRITE_ONLY_VERSION: Final = "passwordWoVersion"
PROPERTIES: Final = ("username", "scramMechanism", "scramIterations", PASSWORD, WRITE_ONLY, WRITE_ONLY_VERSION)


class UserScramCredential(ResourceKind):
    """Credentials by way of :class:`ScramUsers`.

    ``password`` is kept in the state, encrypted, and a new value is a change. ``passwordWo`` is in no output; with a
    ``passwordWoVersion`` only a new version is a change, so that a password made anew in every run changes nothing.
    A password changed by hand cannot be seen: a cluster shows iterations only.
    """

    token = RESOURCE_TYPE
    secret_inputs = frozenset({PASSWORD, WRITE_ONLY})

    def __init__(self, users: ScramUsers, marks: Marks) -> None:
        self._users = users
        self._marks = marks

    async def check(self, declaration: Declaration) -> Properties:
        """Validate the user, and complete the iterations. No message shows a password."""
        fields = Fields(declaration.new, what="a UserScramCredential")
        fields.only(PROPERTIES)
        username = fields.text("username", required=True)
        mechanism = fields.text("scramMechanism", required=True)
        iterations = fields.integer("scramIterations")
        version = fields.text(WRITE_ONLY_VERSION)
        _check_mechanism(fields, known(mechanism))
        _check_iterations(fields, known(iterations))
        _check_passwords(fields, declaration)
        _check_identity(fields, declaration.old, known(username), known(mechanism))
        fields.raise_problems()
        inputs: Properties = {
            "__defaults": ["scramIterations"] if iterations is None else [],
            "username": username,
            "scramMechanism": mechanism,
            "scramIterations": DEFAULT_ITERATIONS if iterations is None else iterations,
        }
        if version is not None:
            inputs[WRITE_ONLY_VERSION] = version
        return inputs | {name: Secret(value) for name, value in _passwords(declaration.new).items()}

    async def diff(self, recorded: Recorded, new: Properties) -> Mapping[str, Difference]:
        """Compare with the recorded credential, a write-only password by its version."""
        changed = differences(recorded.inputs, recorded.outputs, new, write_only={WRITE_ONLY})
        by_version = new.get(WRITE_ONLY_VERSION) is not None or recorded.inputs.get(WRITE_ONLY) is None
        if by_version:
            changed.pop(WRITE_ONLY, None)
        return changed

    async def preview_create(self, new: Properties) -> Properties:
        """Prove that the credential may be made; the cluster offers no rehearsal of it."""
        await self._users.require_write()
        await self._refuse_owned(new)
        return _outputs(new)

    async def create(self, new: Properties) -> Recorded:
        """Make the credential, or give the existing one this password."""
        user = await self._set(new)
        return Recorded(_id(user), new, _outputs(new))

    async def read(self, recorded: Recorded) -> Recorded | None:
        """Read whether the credential exists, and its iterations."""
        state = recorded.outputs or recorded.inputs
        user = _user(state) if state else _parse(recorded.id)
        last = reveal(recorded.outputs.get("scramIterations"))
        users = await self._users.live(user, lambda users: user in users and (last is None or users[user] == last))
        iterations = users.get(user)
        if iterations is None:
            return None
        seen: Properties = {
            "username": user.username,
            "scramMechanism": user.mechanism,
            "scramIterations": iterations,
        }
        return Recorded(_id(user), {"__defaults": []} | recorded.inputs | seen, recorded.outputs | seen)

    async def preview_update(self, recorded: Recorded, new: Properties) -> Properties:  # noqa: ARG002 - nothing to compare
        """Prove that the credential may be changed."""
        await self._users.require_write()
        await self._refuse_owned(new)
        return _outputs(new)

    async def update(self, recorded: Recorded, new: Properties) -> Properties:  # noqa: ARG002 - set as a whole
        """Give the credential this password and these iterations."""
        await self._set(new)
        return _outputs(new)

    async def delete(self, recorded: Recorded) -> None:
        """Remove the credential: its user can no longer log in."""
        user = _user(recorded.outputs or recorded.inputs)
        await self._refuse_owned(recorded.outputs or recorded.inputs)
        try:
            await self._users.delete(user)
        except BrokerError as error:
            raise FailedError(f"the credential of {user.username} was not removed: {error}") from None

    async def _refuse_owned(self, properties: Properties) -> None:
        """Refuse a user that a stack of levee's has marked as its own: its password is that stack's."""
        await refuse_marked(self._marks, Thing(ThingKind.USER, _user(properties).username))

    async def _set(self, new: Properties) -> ScramUser:
        user = _user(new)
        await self._refuse_owned(new)
        salted = await _salted(user, new)
        try:
            await self._users.upsert(salted)
        except BrokerError as error:
            raise FailedError(f"the credential of {user.username} was not set: {error}") from None
        return user


def _outputs(new: Properties) -> Properties:
    return {key: value for key, value in new.items() if key != WRITE_ONLY}


def _user(properties: Properties) -> ScramUser:
    fields = Fields(properties, what="a UserScramCredential")
    username = known(fields.text("username", required=True)) or ""
    mechanism = known(fields.text("scramMechanism", required=True)) or ""
    fields.raise_problems()
    return ScramUser(username, mechanism)


def _id(user: ScramUser) -> str:
    return f"{user.username}|{user.mechanism}"


def _parse(resource_id: str) -> ScramUser:
    parts = resource_id.split("|")
    if len(parts) != 2 or parts[1] not in HASHES:
        # Not quoted: the published plugin also takes ids that end in the password.
        raise refused("", f"the id of a UserScramCredential is username|mechanism, a mechanism of {', '.join(HASHES)}")
    return ScramUser(*parts)


async def _salted(user: ScramUser, new: Properties) -> SaltedPassword:
    password = next(iter(_passwords(new).values()), None)
    iterations = known(Fields(new, what="a UserScramCredential").integer("scramIterations")) or DEFAULT_ITERATIONS
    if not isinstance(password, str):
        raise refused("", f"the credential of {user.username} needs password or passwordWo to be changed")
    return await salt_password(user, password, iterations)


def _passwords(properties: Properties) -> dict[str, str | Unknown]:
    """Return the passwords that are declared, by property."""
    values = {name: _plain(properties.get(name)) for name in (PASSWORD, WRITE_ONLY)}
    return {name: value for name, value in values.items() if value is not None}


def _plain(value: Value) -> str | Unknown | None:
    if not is_known(value):
        return UNKNOWN
    plain = reveal(value)
    return None if plain is None else str(plain)


def _check_mechanism(fields: Fields, mechanism: str | None) -> None:
    if mechanism is not None and mechanism not in HASHES:
        fields.refuse("scramMechanism", f"{mechanism} is not one of {', '.join(HASHES)}")


def _check_iterations(fields: Fields, iterations: int | None) -> None:
    if iterations is not None and not MIN_ITERATIONS <= iterations <= MAX_ITERATIONS:
        fields.refuse(
            "scramIterations", f"Kafka takes {MIN_ITERATIONS} to {MAX_ITERATIONS} iterations, not {iterations}"
        )


def _check_passwords(fields: Fields, declaration: Declaration) -> None:
    passwords = _passwords(declaration.new)
    if len(passwords) == 2:
        fields.refuse("", f"{PASSWORD} and {WRITE_ONLY} are both set; keep one of them")
    for name, value in passwords.items():
        if value is not UNKNOWN and not str(value).strip():
            fields.refuse("", f"{name} is blank")
    # An imported credential has none: the cluster keeps no password to import.
    was_imported = bool(declaration.old) and not _passwords(declaration.old)
    if not passwords and not was_imported:
        fields.refuse("", f"a UserScramCredential needs {PASSWORD} or {WRITE_ONLY}")


def _check_identity(fields: Fields, old: Properties, username: str | None, mechanism: str | None) -> None:
    last = Fields(old, what="the last declaration")
    for name, new in (("username", username), ("scramMechanism", mechanism)):
        old_value = known(last.text(name))
        if old_value is not None and new is not None and old_value != new:
            fields.refuse(
                name,
                f"{name} of a credential cannot become {new} from {old_value}: its user would be locked out. "
                "Declare a second credential, move its users to it, then remove this one",
            )
