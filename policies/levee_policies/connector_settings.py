"""What a connector's own settings do to encryption, whatever the connector calls them.

Connectors have no common list of settings: names are read by the words they are made of, in any spelling
(`consumer.override.security.protocol`, `useSsl`, `https.hostname.verifier`, `?sslmode=disable` in an address).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_OFF: Final = frozenset(
    {"", "0", "disable", "disabled", "f", "false", "n", "never", "no", "none", "noop", "null", "off"}
)
_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_OTHER: Final = re.compile(r"[^a-z0-9]+")
_IN_CLEAR: Final = re.compile(
    r"(?<![a-z0-9])(?:http|ws|ftp|tcp|udp|ldap|amqp|mqtt|redis|smtp|syslog|plaintext|sasl_plaintext)://"
)
_BETWEEN: Final = re.compile(r"[?&;,\s]+")
_TLS: Final = ("ssl", "tls", "https", "starttls")
_CHECK: Final = ("verif", "valid", "hostname", "identification", "strict", "peer", "truststore")
_OLD: Final = re.compile(r"(?:ssl.*|tlsv?1(?:[._]?[01])?|v?1[._][01])")
_EXACTLY: Final = (
    ("securityprotocol", frozenset({"ssl", "sasl_ssl"}), "turns TLS off"),
    ("endpointidentificationalgorithm", frozenset({"https"}), "leaves the other side's name unverified"),
    ("sslmode", frozenset({"verify-full", "verify_identity"}), "leaves the other side unverified"),
)
"""How a name ends, the only values that do no harm, and what others do."""

_NEGATIONS: Final = (
    *("insecure", "trustall", "trustany", "trustself", "trustserver", "acceptall", "acceptany", "selfsigned"),
    *("allowinvalid", "allowuntrusted", "allowunsafe", "allowhttp", "allowplaintext", "allowcleartext"),
    *("plaintextenable", "useplaintext", "noverify", "unverified", "skipverif", "skiptls", "skipssl", "skipcert"),
    *("skiphost", "skipvalid", "disablessl", "disabletls", "disablehttps", "disablecert", "disablehost"),
    *("disableverif", "disablevalid", "ssldisable", "tlsdisable", "verificationdisable", "validationdisable"),
    *("ignoressl", "ignoretls", "ignorecert", "ignorehost", "ignorevalid", "bypassssl", "bypasstls", "bypasscert"),
)
_BLIND: Final = (
    "trustall",
    "trustany",
    "noophostname",
    "allowallhostname",
    "acceptallcert",
    "insecuretrust",
    "trustself",
)


def squashed(text: str) -> str:
    """The text's letters and digits alone, in lower case: `consumer.override.bootstrap.servers` however spelled."""
    return _OTHER.sub("", text.lower())


def is_off(value: str) -> bool:
    """Whether a value says no."""
    return value.strip().strip("\"'").lower() in _OFF


def weakness(name: str, value: str) -> str | None:
    """How a setting takes encryption away, without its value: it may be a secret. None where it doesn't."""
    if _IN_CLEAR.search(value.lower()):
        return "turns TLS off"
    if any(word in squashed(value) for word in _BLIND):
        return "leaves the other side unverified"
    for own, inner in ((name, value), *_pairs(value)):
        problem = _of_setting(own, inner)
        if problem is not None:
            return problem
    return None


def _pairs(value: str) -> Iterator[tuple[str, str]]:
    """What an address or a list of options says: `…?ssl=false&verify=no`."""
    for part in _BETWEEN.split(value):
        name, sign, inner = part.partition("=")
        if sign:
            yield name, inner


def _of_setting(name: str, value: str) -> str | None:
    plain, word = squashed(name), value.strip().strip("\"'").lower()
    words = [each.lower() for each in _WORDS.findall(name)]
    for ending, safe, problem in _EXACTLY:
        if plain.endswith(ending):
            return None if word in safe else problem
    if any(negation in plain for negation in _NEGATIONS):
        return None if is_off(value) else "leaves the other side unverified"
    about_tls = any(each.startswith(_TLS) or each.endswith(_TLS) for each in words)
    if about_tls and plain.endswith(("protocol", "protocols", "version")):
        old = [item for item in _BETWEEN.split(word) if _OLD.fullmatch(item)]
        return "allows versions of TLS that can be broken" if old else None
    checks = any(check in plain for check in _CHECK)
    if not is_off(value) or not (about_tls or (checks and ("verif" in plain or "cert" in plain))):
        return None
    return "leaves the other side unverified" if checks else "turns TLS off"
