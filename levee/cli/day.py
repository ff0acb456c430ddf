"""A day on the command line."""

from __future__ import annotations

import argparse
from datetime import date


def a_day(text: str) -> date:
    """The day that is written as YYYY-MM-DD. Raises ArgumentTypeError for any other form."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:  # weeks and days without hyphens are ISO 8601, too
        raise argparse.ArgumentTypeError(f"{text!r} is not a day; write YYYY-MM-DD")
    return day
