"""What `cluster.settings` says of the brokers, against what else the stack declares of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from levee.catalog.broker_setting import ACCESS_SETTINGS, SafeValue, SettingName, items, setting_name
from levee.model.login import user_of
from levee.plan.planned import Plan
from levee.targets.registry import MODELS
from levee_policies.rule import Violation

_ENCRYPTED: Final = frozenset({"SSL", "SASL_SSL"})
_PROTOCOLS: Final = _ENCRYPTED | {"PLAINTEXT", "SASL_PLAINTEXT"}
_MECHANISMS: Final = frozenset(
    {"sasl.enabled.mechanisms", "sasl.mechanism.inter.broker.protocol", "sasl.mechanism.controller.protocol"}
)
_OTHER_MECHANISMS: Final = ("plain.", "scram-sha-256.", "gssapi.", "oauthbearer.", "aws_msk_iam.")
_MAP: Final = "listener.security.protocol.map"
_LISTENERS: Final = frozenset({"listeners", "advertised.listeners"})


@dataclass(frozen=True, slots=True)
class Said:
    """A setting as stack.yaml writes it, and the one that it is."""

    written: str
    setting: SettingName
    value: str

    def violation(self, expected: str, why: str, *, unknown: bool = False) -> Violation:
        """What is wrong with it."""
        return Violation(
            current=f"{self.written} is {self.value.strip() or '(empty)'}: {why}",
            expected=f"{self.written}: {expected}",
            fix="set it so on the brokers, then write it here",
            at=("cluster", "settings", self.written),
            unknown=unknown,
        )


def said(plan: Plan) -> Iterator[Said]:
    """Every setting of the brokers that the stack writes."""
    for written, value in plan.cluster.settings.items():
        yield Said(written, setting_name(written), value)


def harmful(each: Said, safe: Mapping[str, SafeValue]) -> Iterator[Violation]:
    """The violation of a setting with a value that is not among the safe ones."""
    value = safe.get(each.setting.name)
    if value is not None and not value.takes(each.value):
        yield each.violation(value.expected, value.why)


def ways_in(plan: Plan) -> Iterator[Violation]:
    """What lets somebody in, or read along, whom the stack doesn't name."""
    listed = list(said(plan))
    listeners = _Listeners(listed)
    for each in listed:
        yield from harmful(each, ACCESS_SETTINGS)
        yield from listeners.violations(each)
        yield from _mechanisms(each, plan)
        if each.setting.name == "super.users":
            yield from _super_users(each, user_of(plan.cluster.security.admin))


def _super_users(each: Said, user: str | None) -> Iterator[Violation]:
    if user is None:
        why = "which of them is admin is unknown"
        yield each.violation("admin alone: write `cluster.security.admin.principal`", why, unknown=True)
        return
    admin = f"User:{user}"
    others = [user for user in items(each.value, ";") if user != admin]
    if others:
        why = f"no ACL bounds {', '.join(others)}, and the stack names {admin} alone as admin"
        yield each.violation(admin, why)


def _mechanisms(each: Said, plan: Plan) -> Iterator[Violation]:
    """Other ways to log in than the one that the stack declares, levee's own and the target's."""
    security = plan.cluster.security
    declared = security.mechanism or "no mechanism"
    own = {mechanism for mechanism in (security.mechanism, security.admin.mechanism) if mechanism is not None}
    allowed = own | MODELS[plan.target].mechanisms
    if each.setting.name in _MECHANISMS:
        named = {item.upper() for item in items(each.value)}
        if not named <= allowed:
            expected = security.mechanism or ",".join(sorted(own)) or "(removed)"
            yield each.violation(expected, f"the stack declares {declared} as the way to log in")
        elif security.mechanism is not None and security.mechanism not in named:
            yield each.violation(declared, f"{declared}, which the stack declares, is not among them")
    elif each.setting.name.startswith(_OTHER_MECHANISMS) and each.setting.name.partition(".")[0].upper() not in allowed:
        yield each.violation("(removed)", f"it sets up another way to log in than {declared}")


class _Listeners:
    """The brokers' listeners, by what is said of them."""

    def __init__(self, listed: list[Said]) -> None:
        self._protocols = {
            name.strip().upper(): protocol.strip().upper()
            for each in listed
            if each.setting.name == _MAP
            for name, _, protocol in (item.partition(":") for item in items(each.value))
        }
        self._with_certificates = {
            each.setting.listener
            for each in listed
            if each.setting.name == "ssl.client.auth" and each.value.strip().lower() == "required"
        }

    def violations(self, each: Said) -> Iterator[Violation]:
        """What is wrong with the listeners that a setting names."""
        for name in self._named(each):
            protocol = self._protocols.get(name, name if name in _PROTOCOLS else "")
            if not protocol:
                why = f"nothing says which protocol the listener {name} speaks"
                yield each.violation(f"listeners of which {_MAP} says the protocol", why, unknown=True)
            elif protocol not in _ENCRYPTED:
                yield each.violation("SASL_SSL", f"the listener {name} speaks {protocol}, without TLS")
            elif protocol == "SSL" and not self._with_certificates & {None, name}:
                why = f"the listener {name} speaks SSL and asks nobody for a certificate"
                yield each.violation("SASL_SSL, or SSL with `ssl.client.auth: required`", why)

    def _named(self, each: Said) -> list[str]:
        name = each.setting.name
        if name in _LISTENERS:
            return [item.partition("://")[0].strip().upper() for item in items(each.value)]
        if name == _MAP:
            return [item.partition(":")[0].strip().upper() for item in items(each.value)]
        return (
            [item.upper() for item in items(each.value)] if name.endswith(("listener.name", "listener.names")) else []
        )
