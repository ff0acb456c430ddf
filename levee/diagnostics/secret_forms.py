"""What a secret looks like wherever it stands: keys of known services, logins in addresses, PEM blocks, `name = value`.

The forms of keys are those of gitleaks' rules (https://github.com/gitleaks/gitleaks/blob/master/config/gitleaks.toml,
MIT), each as what it begins with, its characters, and how many at least.

Everything here is linear in the text. A pattern begins with a fixed word or at the edge of a run of characters, what
can fail is bounded, and what is unbounded is possessive and comes last: nothing is read twice.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from functools import cache
from math import log2
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Final, NamedTuple

from levee.diagnostics.secret_words import is_secret, looks_secret


class Found(NamedTuple):
    """Where in a text a secret stands. `sure`: by its form or its name, not only because it looks random."""

    start: int
    end: int
    sure: bool = True


_WORD: Final = "A-Za-z0-9_-"
KEYS: Final[tuple[tuple[str, str, int], ...]] = (
    # AWS: access key ids, and Bedrock's
    *((prefix, "A-Z0-9", 16) for prefix in ("AKIA", "ASIA", "ABIA", "ACCA")),
    ("ABSK", "A-Za-z0-9+/=", 60),
    ("bedrock-api-key-", "A-Za-z0-9+/=", 20),
    # GitHub, GitLab
    *((f"gh{kind}_", "A-Za-z0-9", 20) for kind in "pousr"),
    ("github_pat_", "A-Za-z0-9_", 22),
    *(
        (f"gl{kind}-", _WORD, 18)
        for kind in ("pat", "dt", "ft", "fft", "rt", "ptt", "imt", "cbt", "agent", "oas", "soat")
    ),
    ("GR1348941", _WORD, 18),
    # Slack, Discord's are of no form
    *((f"xox{kind}-", "A-Za-z0-9-", 10) for kind in "abeoprs"),
    ("xoxe.xox", "A-Za-z0-9.-", 10),
    ("xapp-", "A-Za-z0-9-", 10),
    # Stripe, Square, Shopify, Shippo
    *((f"{key}_{mode}_", "A-Za-z0-9", 10) for key in ("sk", "rk") for mode in ("live", "test", "prod")),
    ("whsec_", "A-Za-z0-9+/=", 16),
    ("sq0atp-", _WORD, 20),
    ("sq0csp-", _WORD, 20),
    *((f"shp{kind}_", "A-Fa-f0-9", 30) for kind in ("at", "ca", "pa", "ss")),
    ("shippo_live_", "A-Fa-f0-9", 30),
    # Google, Azure, IBM's are recognized by their name only
    ("AIza", _WORD, 30),
    ("ya29.", _WORD, 20),
    ("GOCSPX-", _WORD, 20),
    # JSON Web Tokens and what else is JSON in base64
    ("eyJ", "A-Za-z0-9_.+/=-", 17),
    # HashiCorp, Pulumi, Databricks, Grafana, Sentry, New Relic, Dynatrace, Honeycomb
    ("hvs.", _WORD, 20),
    ("hvb.", _WORD, 20),
    ("hvr.", _WORD, 20),
    ("atlasv1.", _WORD, 40),
    ("pul-", "a-f0-9", 36),
    ("dapi", "a-f0-9", 32),
    ("glsa_", "A-Za-z0-9_", 30),
    ("glc_", "A-Za-z0-9+/=", 30),
    ("sntrys_", "A-Za-z0-9+/=_", 20),
    ("sntryu_", "a-f0-9", 40),
    ("NRAK-", "A-Z0-9", 20),
    ("NRII-", _WORD, 20),
    ("dt0c01.", "A-Za-z0-9.", 24),
    # Package registries, hosts, others
    ("npm_", "A-Za-z0-9", 30),
    ("pypi-", _WORD, 50),
    ("rubygems_", "a-f0-9", 40),
    ("dckr_pat_", _WORD, 20),
    ("AKCp", "A-Za-z0-9", 60),
    *((f"do{kind}_v1_", "a-f0-9", 40) for kind in "opr"),
    ("HRKU-", _WORD, 30),
    ("fo1_", _WORD, 40),
    ("fm2_", "A-Za-z0-9+/=", 60),
    ("LTAI", "A-Za-z0-9", 16),
    ("ATATT3", "A-Za-z0-9_=-", 30),
    ("ATCTT3", "A-Za-z0-9_=-", 30),
    ("SG.", "A-Za-z0-9_.=-", 40),
    ("key-", "a-f0-9", 32),
    ("SK", "a-f0-9", 32),
    ("xkeysib-", "a-f0-9-", 40),
    ("sk-", _WORD, 20),
    ("hf_", "A-Za-z0-9", 30),
    ("lin_api_", "A-Za-z0-9", 30),
    ("ntn_", "A-Za-z0-9", 30),
    ("PMAK-", "a-f0-9-", 40),
    ("dp.pt.", "A-Za-z0-9", 30),
    ("ops_", "A-Za-z0-9+/=", 60),
    ("AGE-SECRET-KEY-1", "A-Z0-9", 40),
)
HOOKS: Final = (  # addresses whose path is the secret
    "hooks.slack.com/services/",
    "hooks.slack.com/workflows/",
    "hooks.slack.com/triggers/",
    "webhook.office.com/webhookb2/",
    "outlook.office.com/webhook/",
    "discord.com/api/webhooks/",
    "discordapp.com/api/webhooks/",
    "events.pagerduty.com/integration/",
    "events.pagerduty.com/x-ere/",
    "events.eu.pagerduty.com/integration/",
    "api.telegram.org/bot",
    "hooks.zapier.com/hooks/",
    "webexapis.com/v1/webhooks/incoming/",
    "alert.victorops.com/integrations/",
    "receiver/v1/http/",
    "loggly.com/inputs/",
    "loggly.com/bulk/",
    "datadoghq.com/v1/input/",
    "datadoghq.eu/v1/input/",
    "maker.ifttt.com/trigger/",
    "hc-ping.com/",
    "hook.integromat.com/",
    "mattermost/hooks/",
)
_HOOK_SEGMENT: Final = re.compile(r"/(?:web)?hooks?/([\w-]{16}[\w-]*+)")
_AZURE: Final = re.compile(r"(?<=[0-9])Q~[\w~.-]{30}[\w~.-]*+")
_PEM: Final = re.compile(r"-----BEGIN ([A-Z0-9 ]{1,60})-----")
_PUBLIC: Final = ("CERTIFICATE", "PUBLIC KEY", "CERTIFICATE REQUEST", "TRUSTED CERTIFICATE", "X509 CRL")
_ADDRESS: Final = re.compile(r"""://([^\s"'`<>]*+)""")
_LOGIN: Final = re.compile(r"(?<![\w.+-])([\w.+-]{1,64}):([^\s:@/\"'`]{4,128})@(?=[\w.-])")
_ORACLE: Final = re.compile(r"thin:[^\s/@]{1,64}/([^\s@]{1,128})@")
_NO_LOGIN: Final = frozenset({"user", "group", "mailto", "acct", "sip", "sips", "xmpp", "role"})
_SCHEMES: Final = "(?i:bearer|basic|digest|token|apikey|splunk|negotiate)"
_SCHEME: Final = re.compile(rf"{_SCHEMES}[ \t]{{1,8}}([\w.~+/=-]{{8}}[\w.~+/=-]*+)")
_SAID: Final = re.compile(
    r"(?i:password|passwd|passphrase|passcode|pwd|token)[ \t]{1,4}"
    r"(?:(?i:is|was)[ \t:]{1,4})?+[\"'`]?+([^\s\"'`]{6}[^\s\"'`]*+)"
)
_NAME_BEFORE: Final = r"([\w.-]++)(?:\\?[\"']|\])?+[ \t\xa0]{0,8}+"
_EQUALS: Final = re.compile(rf"(?<![\w.-]){_NAME_BEFORE}(?:=>|:=|==?)[ \t]{{0,8}}+")
_COLON: Final = re.compile(rf"(?<![\w.:/-]){_NAME_BEFORE}:(?![:=]|//)[ \t]{{0,8}}+")
_OPTION: Final = re.compile(r"(?<![\w-])--([\w.-]++)[ \t]{1,8}+")
_PAIR: Final = re.compile(r"[\"']([\w.-]++)[\"'],[ \t]{0,8}+(?=[\"'])")
_TAG: Final = re.compile(r"<([\w.-]++)>([^<>\r\n]*+)")
_USER: Final = re.compile(r"(?<!\S)(?:-u|--user)[ \t=]{1,4}[\w.@-]{1,64}:(\S++)")
_SHORT: Final = re.compile(r"(?<![\w-])(?:sshpass|mysql|mysqldump|mysqladmin|mariadb)[ \t]{1,4}-p[ \t]?+(\S{4}\S*+)")
_QUOTED: Final = tuple(re.compile(rf"\\?{quote}([^{quote}\r\n]*+)") for quote in "\"'")
_BEFORE: Final = rf"(?:{_SCHEMES}|[A-Za-z]{{1,20}}(?=[ \t]{{1,4}}\$\{{))[ \t]{{1,4}}"  # of a value of two words
_CHANGED: Final = re.compile(r"[\"']?[ \t]{0,4}[-=]>[ \t]{0,4}")  # a property's old value and its new one
_TO_SPACE: Final = re.compile(rf"(?:{_BEFORE})?+[^\s\"'`]*+")
_TO_AMPERSAND: Final = re.compile(r"[^\s\"'`&#;]*+")
_TO_LINE_END: Final = re.compile(r"[^\r\n]*+")
_REFERENCE: Final = re.compile(r"(?<![A-Za-z])(?:[A-Za-z]{1,20}[ \t]{1,4})?\$\{[^${}]++\}")
_RANDOM: Final = re.compile(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/=_-]{32}[A-Za-z0-9+/=_-]*+")
MSK_NAME: Final = "AmazonMSK_"  # what the name of each secret that MSK reads begins with
_CLOUD_NAME: Final = re.compile(r"(?<![\w-])(?:arn:aws|crn:v1|transaction-id )[\w:./*@-]*+")
_KINDS: Final = (ascii_uppercase, ascii_lowercase, digits, "+/_-")
_RANDOM_BITS: Final = 4.0  # of a character: base64 of 30 random bytes has 4.5 and more, prose and paths below
_LONGEST_LOOKED_AT: Final = 512  # a longer value is taken for a secret, so that nothing is read again and again
_PLACEHOLDERS: Final = re.compile(r"[*.…x_-]{1,64}|<[^<>]{0,64}>|\[secret\]|\(sensitive value\)", re.I)


def secrets_in(text: str, *, whole: bool = False) -> Iterator[Found]:
    """Where secrets stand, in no order, maybe overlapping.

    `whole`: what follows `password:` is one up to the end of its line, as in a file; else up to the next space, as in
    a sentence.
    """
    yield from _pem(text)
    yield from _by_form(text)
    yield from _logins(text)
    yield from _schemes(text)
    yield from _named(text, _TO_LINE_END if whole else _TO_SPACE)
    yield from _random(text)


@cache
def key_pattern(prefix: str, kind: str, least: int) -> re.Pattern[str]:
    """What a service's key looks like. Made when it is needed: a run that finds nothing waits for none."""
    word = re.escape(prefix)
    return re.compile(rf"{word}(?<![A-Za-z0-9]{word})[{kind}]{{{least}}}[{kind}]*+")


@cache
def hook_pattern(address: str) -> re.Pattern[str]:
    """An address whose path is a secret."""
    return re.compile(rf"""{re.escape(address)}[^\s"'<>`]{{4}}[^\s"'<>`]*+""")


def without_references(text: str) -> str:
    """The text without `${provider:path:key}` and a scheme before it: `Bearer ${…}` holds no secret."""
    return _REFERENCE.sub("", text)


def _random(text: str) -> Iterator[Found]:
    """What looks random, but for a part of a cloud name or what a cloud calls a request: that tells a thing."""
    named = deque(match.span() for match in _CLOUD_NAME.finditer(text))
    for match in _RANDOM.finditer(text):
        while named and named[0][1] <= match.start():
            named.popleft()
        is_name = match[0].startswith(MSK_NAME) or (named and named[0][0] <= match.start())
        if not is_name and _looks_random(match[0]):
            yield Found(*match.span(), sure=False)


def _pem(text: str) -> Iterator[Found]:
    at = 0
    while (begin := _PEM.search(text, at)) is not None:
        end = text.find("-----END ", begin.end())
        after = -1 if end < 0 else text.find("-----", end + 9)
        at = len(text) if after < 0 else after + 5
        yield Found(begin.start(), at, sure=not begin[1].endswith(_PUBLIC) or "PRIVATE" in begin[1])


def _by_form(text: str) -> Iterator[Found]:
    for key in KEYS:
        if key[0] in text:
            yield from (Found(*match.span()) for match in key_pattern(*key).finditer(text))
    for hook in HOOKS:
        if hook in text:
            yield from (Found(*match.span()) for match in hook_pattern(hook).finditer(text))
    for match in _HOOK_SEGMENT.finditer(text):
        if _mixed(match[1]):
            yield Found(*match.span(1))
    for match in _AZURE.finditer(text):
        yield Found(max(0, match.start() - 4), match.end())


def _logins(text: str) -> Iterator[Found]:
    """The `user:password` of addresses. A password that holds a `/` counts, a port followed by a path doesn't."""
    if "@" not in text:
        return
    for address in _ADDRESS.finditer(text):
        start = address.start(1)
        for part in address[1].split("://"):
            end = _login_end(part)
            if end:
                yield Found(start, start + end)
            start += len(part) + 3
    for match in _ORACLE.finditer(text):
        yield Found(*match.span(1))
    for match in _LOGIN.finditer(text):
        if match[1].lower() not in _NO_LOGIN and not match[2].isalpha() and not text.startswith("sha256", match.end()):
            yield Found(*match.span(2))


def _login_end(address: str) -> int:
    """How long the login in front of an address is; 0 without one."""
    authority = re.split("[/?#]", address, maxsplit=1)[0]
    if "@" in authority:
        return authority.rfind("@")
    user, colon, rest = authority.partition(":")
    if colon and user and not (rest.isdigit() or rest.endswith("]") or "$" in rest):
        return max(0, address.rfind("@"))
    return 0


def _schemes(text: str) -> Iterator[Found]:
    for match in _SCHEME.finditer(text):
        if _mixed(match[1]) or len(match[1]) >= 20:
            yield Found(*match.span(1))
    for match in _TAG.finditer(text):
        if looks_secret(match[1]) and _is_value(match[1], match[2][:_LONGEST_LOOKED_AT]):
            yield Found(*match.span(2))
    for match in (*_USER.finditer(text), *_SHORT.finditer(text)):
        yield Found(*match.span(1))
    for match in _SAID.finditer(text):
        value = match[1].rstrip(".,;:)")
        if _mixed(value) and "/" not in value and not value.startswith("${"):
            yield Found(match.start(1), match.start(1) + len(value))


def _named(text: str, unquoted: re.Pattern[str]) -> Iterator[Found]:
    """What stands behind `name:`, `name=` and `--name`, where the name says that it is a secret."""
    for sign, pattern in (("=", _EQUALS), (":", _COLON), ("--", _OPTION), (",", _PAIR)):
        read = 0
        for match in pattern.finditer(text) if sign in text else ():
            if match.start() < read or not looks_secret(match[1]):
                continue
            in_query = match.start() > 0 and text[match.start() - 1] in "?&"
            start, end = _value(text, match.end(), _TO_AMPERSAND if in_query else unquoted)
            if end - start > _LONGEST_LOOKED_AT or _is_value(match[1], text[start:end]):
                read = end
                yield Found(start, end)
                if changed := _CHANGED.match(text, end):
                    yield Found(*_value(text, changed.end(), unquoted))


def _value(text: str, start: int, unquoted: re.Pattern[str]) -> tuple[int, int]:
    """Where a value begins and ends, without its quotes; a quote that is never closed reaches to the line's end."""
    for pattern in _QUOTED:
        if quoted := pattern.match(text, start):
            return quoted.span(1)
    match = unquoted.match(text, start)
    return (start, start) if match is None else match.span()


def _is_value(name: str, value: str) -> bool:
    bare = without_references(value).strip(" \t\"'`;,")
    if not bare or _PLACEHOLDERS.fullmatch(bare) or bare.lower() == name.lower():
        return False
    return is_secret(name, bare)


def _mixed(text: str) -> bool:
    """Whether letters stand with digits or signs, as in no word."""
    return not text.isalpha() and any(map(str.isalpha, text)) and any(map(str.isdigit, text))


def _looks_random(text: str) -> bool:
    """Whether the text is drawn from base64's letters, unlike a path or a name of several words."""
    counts = Counter(text)
    of_kind = [sum(counts[letter] for letter in kind) for kind in _KINDS]
    upper, lower, figures, signs = of_kind
    if min(upper, lower) < 3 or figures == 0 or signs > len(text) // 10:
        return False
    return -sum(count / len(text) * log2(count / len(text)) for count in counts.values()) >= _RANDOM_BITS
