"""JSON objects from a topic or a data stream, read so that nobody else could read them otherwise."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Never


class NotStrictJson(Exception):
    """Data that isn't such an object. The text says why, and quotes nothing of it."""


def strict_object(data: bytes) -> dict[str, Any]:
    """The object that the data is. Raises NotStrictJson, also for a key that stands twice and for NaN."""
    try:
        text = data.decode("utf-8")
        body = json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_no_number)
    except UnicodeDecodeError:
        raise NotStrictJson("it isn't UTF-8") from None
    except RecursionError:
        raise NotStrictJson("it is nested too deeply") from None
    except ValueError:
        raise NotStrictJson("it isn't JSON") from None
    if not isinstance(body, dict):
        raise NotStrictJson("it isn't a JSON object")
    return body


def _without_repeats(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotStrictJson("an object in it has a key twice")
    return found


def _no_number(_: str) -> Never:
    raise NotStrictJson("it holds what is no number in JSON")
