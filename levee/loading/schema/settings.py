"""Settings by their names in Kafka: a topic's, of which there is a list, and a broker's or a connector's."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from levee.catalog.topic_setting import OWNED_SETTINGS, TOPIC_SETTINGS
from levee.diagnostics.redaction import is_secret
from levee.fields.rules import Check, Complaint, Report, Rules, sensitive
from levee.loading.suggestion import Vocabulary
from levee.model.problem import Part

_NAMES: Final = Vocabulary(TOPIC_SETTINGS)
_NAME: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9._-]{0,199}")


def setting_text(value: object) -> str:
    """A setting's value as Kafka takes it: `true`, not `True`."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _of_topic(key: str, value: str) -> Complaint | None:
    if key in OWNED_SETTINGS:
        own = OWNED_SETTINGS[key]
        hint = f"remove it here and write `{own}` in the stream itself"
        return Complaint(f"`{key}` is what the stream's own `{own}` decides", hint, "owned-setting", (key,), Part.KEY)
    if key not in TOPIC_SETTINGS:
        hint = _NAMES.suggest(key) or f"settings: {', '.join(sorted(TOPIC_SETTINGS.keys() - OWNED_SETTINGS.keys()))}"
        return Complaint(f"Kafka has no topic setting `{key}`", hint, "unknown-setting", (key,), Part.KEY)
    problem = TOPIC_SETTINGS[key].problem(value)
    return None if problem is None else Complaint(f"`{key}` {problem}, not {value!r}", at=(key,))


def _of_any_kind(secret_hint: str) -> Callable[[str, str], Complaint | None]:
    return lambda key, value: _free_of_secrets(key, value, secret_hint)


def _free_of_secrets(key: str, value: str, hint: str) -> Complaint | None:
    if not _NAME.fullmatch(key):
        return Complaint(f"{key!r} is not a setting's name", "", "unknown-setting", (key,), Part.KEY)
    if is_secret(key, value):
        message = f"`{key}` is a secret, which is never written here"
        return Complaint(message, hint, "literal-secret", (key,), Part.KEY, secret=True)
    return None


def _each(complaint_of: Callable[[str, str], Complaint | None]) -> Check:
    def check(name: str, value: object, report: Report) -> None:
        for key, setting in value.items() if isinstance(value, dict) else ():
            if isinstance(setting, str | int | float):
                complaint = complaint_of(key, setting_text(setting))
                if complaint is not None:
                    report(name, complaint)

    return check


def _settings(complaint_of: Callable[[str, str], Complaint | None]) -> Rules:
    values = {"type": ["string", "integer", "float", "boolean"]}
    return {"type": "dict", "check_with": _each(complaint_of), "valuesrules": values}


TOPIC: Final[Rules] = _settings(_of_topic)
OTHER: Final[Rules] = sensitive(
    _settings(_of_any_kind("write a reference that is resolved where it runs: ${secretsManager:<name>:<field>}"))
)
BROKER: Final[Rules] = sensitive(
    _settings(_of_any_kind("remove it: the brokers get it where they are run, not from levee"))
)
EXTENSIONS: Final[Rules] = sensitive(
    _settings(_of_any_kind("remove it: an extension is no secret; the login's own keys say where its secrets are"))
)
