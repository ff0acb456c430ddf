"""Whether something is encrypted by the key that the stack declares, whatever name the service has for that key."""

from __future__ import annotations

from levee_infra.targets.aws.proof.live import LiveAccount
from levee_infra.verify.account import AccountCheck, AccountResult


def encrypted_by(
    check: AccountCheck, name: str, live: LiveAccount, declared: str | None, used: str | None
) -> AccountResult:
    """Judge `used`, a key's ARN, id or alias, or None for the service's own key."""
    if used is None:
        return check.fails(name, "it isn't encrypted by a key of the account's own")
    key = live.key(declared)
    if used == declared or (key is not None and used in {key.arn, key.arn.rpartition("/")[2]}):
        return check.holds(name, used)
    if key is None:
        return check.unknown(name, f"it is encrypted by {used}; {declared} can't be looked at")
    return check.fails(name, f"it is encrypted by {used}, not {key.arn}")
