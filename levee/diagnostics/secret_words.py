"""Which names say that a secret stands under them: `sasl.password`, `apiKey`, `pasword`, `connection_string`."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WORD: Final = re.compile(r"[A-Z]++(?![a-z])|[A-Z]?[a-z]+|[A-Z]+")
_STRONG: Final = _words(
    "password passwords passwd passwort passphrase passcode passkey pass pwd pw secret secrets token tokens credential "
    "credentials cred creds jaas dsn webhook webhooks jwt psk otp apikey accesskey secretkey privatekey accountkey "
    "sharedkey authkey sshkey signingkey masterkey encryptionkey connectionstring connstr"
)
# What these name may as well be a plain word: `ssl.client.auth: required`, `session: three`.
_WEAK: Final = _words(
    "auth basicauth authorization authorisation bearer session sessionid cookie cookies signature sig sas"
)
_WITHIN: Final = re.compile("passw(?:or|rt)?d|passphrase|passcode|passwort|secret|token|credential|apikey|webhook|jaas")
_AT_END: Final = ("pwd", "pass", "auth")
_MISSPELLED: Final = _words(
    "password passwd passphrase passcode secret token credential credentials apikey webhook bearer cookie signature "
    "authorization"
)
_OTHER_WORDS: Final = _words(  # near a word above, or with one inside, and none
    "tokenizer tokenizers tokenize tokenized tokenization tokenisation secretary secretariat bypass compass surpass "
    "trespass overpass underpass encompass impasse passport passed taken signatory paraphrase oauth secretsmanager "
    "secretmanager"
)
# The last word of a name tells what stands there: where the secret is, or something about it.
_ABOUT: Final = _words(
    "file files filename path paths dir directory location folder store stores env environment variable var name names "
    "arn arns ref reference references type types class classes provider providers mechanism mechanisms protocol "
    "algorithm algorithms version versions length size count limit max min ms seconds minutes hours days ttl age "
    "lifetime expiry expires expiration interval period timeout rotation rotated rotate every policy policies required "
    "enabled disabled optional mode strategy format encoding scope scopes audience issuer method methods field fields "
    "header url uri endpoint host port attempts retries handler converter iterations rounds owner schema"
)
_LINKS: Final = frozenset({"url", "uri", "endpoint"})
_IN_LINKS: Final = frozenset({"webhook", "webhooks", "sas", "presigned", "signed", "dsn"})
_SECRET_KEYS: Final = _words(
    "api access secret private account shared storage signing encryption master auth ssh license service client "
    "integration"
)
_PLAIN_KEYS: Final = _words(
    "partition primary foreign sort public message record routing kms customer cmk cache object dedup document row "
    "group sharding shard business join unique field hash range host stack bucket"
)
_PAIRS: Final = frozenset({("connection", "string"), ("connection", "str"), ("conn", "string"), ("conn", "str")})
_NAMED_AFTER: Final = frozenset(  # what keeps secrets, and what merely passes
    {("secrets", "manager"), ("secret", "manager"), ("secrets", "store"), ("secret", "store"), ("pass", "through")}
)
_LONGEST_MISSPELLED: Final = 16
_DISGUISED: Final = str.maketrans("01345", "oleas")  # passw0rd, s3cret, pa55word
_PLAIN_VALUE: Final = re.compile(r"[0-9.]{1,12}|[A-Za-z_-]{1,16}|(?:SCRAM-)?SHA-[0-9]{1,4}")
# Nothing, a name that the cloud gave, or a reference alone (KIP-297: ${provider:path:key}).
_NO_SECRET: Final = re.compile(r"|null|~|(?:arn|crn):\S*+|(?:[A-Za-z]{1,20}[ \t]{1,4})?\$\{[^${}]++\}", re.I)


def looks_secret(name: str) -> bool:
    """Whether a value under this name may be a secret, rather than where one is or something about one."""
    return _strength(name) > 0


def is_secret(name: str, value: str) -> bool:
    """Whether this value under this name is a secret itself: no ARN, and no reference."""
    strength = _strength(name)
    if strength == 0 or _NO_SECRET.fullmatch(value.strip()):
        return False
    return strength > 1 or not _PLAIN_VALUE.fullmatch(value)


@lru_cache(maxsize=8192)
def _strength(name: str) -> int:
    """0: no secret; 1: a secret, unless it is a plain word; 2: a secret."""
    return max(map(_strength_as_spelled, {name, name.translate(_DISGUISED)}))


def _strength_as_spelled(name: str) -> int:
    words = tuple(word.lower() for word in _WORD.findall(name))
    if not words or words == ("secrets",):
        return 0
    if words[-1] in _ABOUT:
        linked = words[-1] in _LINKS and not _IN_LINKS.isdisjoint(words)
        return 2 if linked else 0
    pairs = list(pairwise(words))
    if any(pair in _PAIRS or (pair[1] in {"key", "keys"} and pair[0] in _SECRET_KEYS) for pair in pairs):
        return 2
    if words[-1] in {"key", "keys"} and (len(words) == 1 or words[-2] not in _PLAIN_KEYS):
        return 2
    harmless = {word for pair in pairs if pair in _NAMED_AFTER for word in pair}
    return max((_strength_of_word(word) for word in words if word not in harmless), default=0)


@lru_cache(maxsize=8192)
def _strength_of_word(word: str) -> int:
    if word in _OTHER_WORDS:
        return 0
    if word in _STRONG or _WITHIN.search(word):
        return 2
    if word in _WEAK:
        return 1
    if len(word) <= _LONGEST_MISSPELLED and any(_misspells(word, meant) for meant in _MISSPELLED):
        return 2
    if word.endswith(_AT_END):
        return 1 if word.endswith("auth") else 2
    return 0


def _misspells(word: str, meant: str) -> bool:
    """Whether a slip of the fingers or two lie between the two: one in a short word, two in a long one."""
    allowed = 2 if len(meant) >= 8 and word[0] == meant[0] else 1
    if len(word) < 4 or abs(len(word) - len(meant)) > allowed or (len(meant) < 8 and word[0] != meant[0]):
        return False
    return _distance(word, meant) <= allowed


def _distance(one: str, other: str) -> int:
    """Letters added, left out, changed, or swapped with the next (optimal string alignment)."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        row = [i]
        for j, wanted in enumerate(other, start=1):
            best = min(last[j] + 1, row[-1] + 1, last[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before, last = last, row
    return last[-1]
