"""`cluster.security.admin`: how levee itself logs in. Each way is one entry of `WAYS`: its keys and its value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from levee.fields.rules import Complaint, Fields, Report, Rules, choice, free_of, mapping, sensitive, several, text
from levee.fields.rules import field as key
from levee.fields.values import (
    FILE_PATH,
    HOST_PORT,
    USERNAME,
    VARIABLE,
    endpoint_problem,
    principal_name_problem,
)
from levee.loading.schema import settings
from levee.loading.schema.settings import setting_text
from levee.model.login import (
    HASHES,
    IBM_TOKEN_URL,
    IbmIam,
    Login,
    MskIam,
    MutualTls,
    OAuth,
    Plain,
    Scram,
    SecretReference,
)
from levee.model.problem import Part

Values = Mapping[str, Any]

LOGIN: Final = "login"
BOOTSTRAP: Final = "bootstrap"
_EXTENSION: Final = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True, slots=True)
class _Place:
    """What of the stack a login may use beside its own keys: `block` are those of its target."""

    region: str
    block: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """`needs` and `takes` are keys; `secrets` name secrets, each behind a key `<name>_file` or `<name>_env`."""

    read: Callable[[Values, _Place], Login]
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    optional_secrets: tuple[str, ...] = ()

    @property
    def keys(self) -> frozenset[str]:
        """Every key that may be written."""
        kept = {f"{name}_{where}" for name in (*self.secrets, *self.optional_secrets) for where in ("file", "env")}
        return frozenset({LOGIN, BOOTSTRAP, *self.needs, *self.takes, *kept})


def _scram(mechanism: str) -> _Way:
    def read(values: Values, _: _Place) -> Scram:
        return Scram(mechanism=mechanism, username=values["username"], password=_password(values))

    return _Way(read=read, needs=("username",), secrets=("password",))


def _plain(values: Values, _: _Place) -> Plain:
    return Plain(username=values["username"], password=_password(values))


def _oauth(values: Values, _: _Place) -> OAuth:
    return OAuth(
        token_url=values["token_url"],
        client_id=values["client_id"],
        client_secret=_secret(values, "client_secret"),
        scope=values.get("scope"),
        extensions=_said_extensions(values),
        ca_file=values.get("token_ca_file"),
        principal=values.get("principal"),
    )


def _ibm_iam(values: Values, _: _Place) -> IbmIam:
    return IbmIam(
        api_key=_secret(values, "api_key"),
        token_url=values.get("token_url", IBM_TOKEN_URL),
        extensions=_said_extensions(values),
        ca_file=values.get("token_ca_file"),
        principal=values.get("principal"),
    )


def _msk_iam(values: Values, place: _Place) -> MskIam:
    credentials_file = place.block.get("credentials_file")
    return MskIam(region=place.region, credentials_file=credentials_file, principal=values.get("principal"))


def _mutual_tls(values: Values, _: _Place) -> MutualTls:
    locked = any(name.startswith("key_password") for name in values)
    return MutualTls(
        certificate=values["certificate_file"],
        key=values["key_file"],
        key_password=_secret(values, "key_password") if locked else None,
        principal=values.get("principal"),
    )


DEFAULT: Final = "scram-sha-512"

WAYS: Final[Mapping[str, _Way]] = {
    **{mechanism.lower(): _scram(mechanism) for mechanism in HASHES},
    "plain": _Way(read=_plain, needs=("username",), secrets=("password",)),
    "oauth": _Way(
        read=_oauth,
        needs=("token_url", "client_id"),
        takes=("scope", "extensions", "token_ca_file", "principal"),
        secrets=("client_secret",),
    ),
    "msk-iam": _Way(read=_msk_iam, takes=("principal",)),
    "ibm-iam": _Way(
        read=_ibm_iam, takes=("token_url", "extensions", "token_ca_file", "principal"), secrets=("api_key",)
    ),
    "mutual-tls": _Way(
        read=_mutual_tls,
        needs=("certificate_file", "key_file"),
        takes=("principal",),
        optional_secrets=("key_password",),
    ),
}


def admin_login(values: Values, region: str, block: Values) -> Login:
    """How levee logs in, of values that the schema took; the region and the target's keys are the stack's."""
    return WAYS[values.get(LOGIN, DEFAULT)].read(values, _Place(region, block))


def _said_extensions(values: Values) -> dict[str, str]:
    extensions = values.get("extensions", {})
    return {name: setting_text(extensions[name]) for name in sorted(extensions)}


def _password(values: Values) -> SecretReference:
    return _secret(values, "password")


def _secret(values: Values, name: str) -> SecretReference:
    return SecretReference(file=values.get(f"{name}_file"), environment=values.get(f"{name}_env"))


def token_url_problem(value: str) -> str | None:
    """Why no token may be asked for there, or None. What is in it is never repeated: it may be a password."""
    try:
        parts = urlsplit(value)
    except ValueError:
        return "is no URL; write for example https://login.example.com/oauth2/token"
    if "?" in value or "#" in value:
        return "has a query or a fragment; write the address of the token endpoint alone"
    problem = endpoint_problem(f"{parts.scheme}://{parts.netloc}")
    return problem and f"{problem.partition('; ')[0]}; write for example https://login.example.com/oauth2/token"


def _extensions(name: str, value: object, report: Report) -> None:
    settings.EXTENSIONS["check_with"](name, value, report)
    for extension, said in value.items() if isinstance(value, dict) else ():
        if not _EXTENSION.fullmatch(str(extension)) or extension == "auth":
            message = f"{extension!r} is no name of a SASL extension, which has letters only and isn't auth"
            report(name, Complaint(message, "", "bad-name", (extension,), Part.KEY))
        elif isinstance(said, str) and not (said.isascii() and said.isprintable()):
            report(name, Complaint(f"{extension} must be printable ASCII", at=(extension,)))


def _fitting(name: str, value: object, report: Report) -> None:
    """Each way has keys of its own."""
    way = value.get(LOGIN, DEFAULT) if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(way, str) or way not in WAYS:
        return
    for complaint in _complaints(way, value):
        report(name, complaint)


def _secrets_of(values: Values) -> tuple[str, ...]:
    way = WAYS.get(str(values.get(LOGIN, DEFAULT)))
    return () if way is None else (*way.secrets, *way.optional_secrets)


def _complaints(name: str, values: Values) -> Iterator[Complaint]:
    way = WAYS[name]
    misplaced = [key for key in values if key in FIELDS and key not in way.keys]
    for key_ in misplaced:
        hint = f"keys of it: {', '.join(sorted(way.keys))}"
        yield Complaint(f"`{key_}` is no key of the login {name}", hint, "wrong-key", (key_,), Part.KEY)
    unknown = values.keys() - FIELDS.keys()
    for needed in way.needs:
        if needed not in values and not unknown:
            hint = f"write for example `{needed}: {FIELDS[needed]['meta']['example']}`"
            yield Complaint(f"`{needed}` is missing, which the login {name} needs", hint, "missing-key")
    for secret in (*way.secrets, *way.optional_secrets):
        written = [key for key in (f"{secret}_file", f"{secret}_env") if key in values]
        if len(written) > 1 or (not written and secret in way.secrets):
            words = secret.replace("_", " ")
            message = f"must say where the {words} is, in exactly one of `{secret}_file` and `{secret}_env`"
            hint = f"write `{secret}_file: <path of a 0600 file>` or `{secret}_env: <NAME>`"
            yield Complaint(message, hint, f"no-{secret.replace('_', '-')}")


FIELDS: Final[Fields] = {
    LOGIN: key(choice(WAYS), DEFAULT),
    BOOTSTRAP: key(several(HOST_PORT, least=1), '["broker-1.example.com:9098"]'),
    "username": key(USERNAME, "admin"),
    "password_file": key(FILE_PATH, "secrets/admin.password"),
    "password_env": key(VARIABLE, "LEVEE_ADMIN_PASSWORD"),
    "token_url": key(
        text(free_of(token_url_problem, shown=False), most=2048), "https://login.example.com/oauth2/token"
    ),
    "client_id": key(text(), "levee"),
    "client_secret_file": key(FILE_PATH, "secrets/admin.secret"),
    "client_secret_env": key(VARIABLE, "LEVEE_CLIENT_SECRET"),
    "api_key_file": key(FILE_PATH, "secrets/admin.apikey"),
    "api_key_env": key(VARIABLE, "LEVEE_API_KEY"),
    "scope": key(text(most=1000), "kafka"),
    "extensions": key({**settings.EXTENSIONS, "check_with": _extensions}, "{logicalCluster: lkc-1}"),
    "token_ca_file": key(FILE_PATH, "certs/login-ca.pem"),
    "certificate_file": key(FILE_PATH, "certs/levee.pem"),
    "key_file": key(FILE_PATH, "secrets/levee.key"),
    "key_password_file": key(FILE_PATH, "secrets/levee.key.password"),
    "key_password_env": key(VARIABLE, "LEVEE_KEY_PASSWORD"),
    "principal": key(text(free_of(principal_name_problem)), "CN=levee,O=example"),
}

ADMIN: Final[Rules] = sensitive({**mapping(FIELDS), "check_with": _fitting}, _secrets_of)
