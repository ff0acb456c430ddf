"""How policies match names: `*` is any text, `?` any one character.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html.
"""

from __future__ import annotations

from typing import Final

from levee.targets.aws.iam.truth import Truth

_PARTS: Final = 6  # arn:partition:service:region:account:resource


def matches(pattern: str, text: str) -> bool:
    """Whether the text, all of it, is of the pattern. Upper and lower case differ.

    Takes time in proportion to the lengths' product at worst, whatever the pattern.
    """
    at = star = -1
    position = place = 0
    while position < len(text):
        if place < len(pattern) and pattern[place] == "*":
            star, at = place, position
            place += 1
        elif place < len(pattern) and pattern[place] in {"?", text[position]}:
            place += 1
            position += 1
        elif star >= 0:  # let the last star take one character more
            at += 1
            place, position = star + 1, at
        else:
            return False
    return all(character == "*" for character in pattern[place:])


def matches_ignoring_case(pattern: str, text: str) -> bool:
    """Whether the text is of the pattern. Actions and keys of conditions are matched so."""
    return matches(pattern.casefold(), text.casefold())


def arn_like(pattern: str, arn: str) -> Truth:
    """Whether ArnLike and ArnEquals, which are the same, match: part by part, no wildcard reaching over a colon."""
    if has_variable(pattern):
        return Truth.UNKNOWN
    wanted, given = pattern.split(":", _PARTS - 1), arn.split(":", _PARTS - 1)
    if len(wanted) != _PARTS:
        return Truth.UNKNOWN  # AWS tells what an incomplete pattern means for some services only
    if len(given) != _PARTS:
        return Truth.FALSE
    return Truth.of(all(matches(*pair) for pair in zip(wanted, given, strict=True)))


def resource_like(pattern: str, arn: str) -> Truth:
    """Whether a Resource element matches. Where wildcards would have to reach over a colon, it can't be determined."""
    if pattern == "*":
        return Truth.TRUE
    if has_variable(pattern):
        return Truth.UNKNOWN
    return arn_like(pattern, arn) if matches(pattern, arn) else Truth.FALSE


def has_variable(text: str) -> bool:
    """Whether the text has a policy variable such as `${aws:username}`, which levee doesn't fill in."""
    return "${" in text
