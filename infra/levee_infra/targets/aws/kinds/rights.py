"""The rights in an account that a kind's provider needs, as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rights:
    """Actions of one service: on a thing of the kind, and on everything, for what lists or makes them."""

    service: str
    on_one: tuple[str, ...]
    on_everything: tuple[str, ...] = ()


def rights(service: str, on_one: str, on_everything: str = "") -> Rights:
    """Of names of actions without their service, each list in one text."""
    one, everything = (tuple(f"{service}:{each}" for each in listed.split()) for listed in (on_one, on_everything))
    return Rights(service, one, everything)
