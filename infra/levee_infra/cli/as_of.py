"""`--as-of`: the day that an offline command judges by. What changes or reads anything live judges by today."""

from __future__ import annotations

import argparse
from datetime import date


def add_as_of_option(parser: argparse.ArgumentParser) -> None:
    """Give an offline command `--as-of`."""
    parser.add_argument(
        "--as-of", metavar="DATE", type=_day, help="judge as on that day, YYYY-MM-DD (default: today, in UTC)"
    )


def day_of(arguments: argparse.Namespace) -> date:
    """The day that was asked for, else today."""
    chosen: date = arguments.as_of or arguments.clock.today()
    return chosen


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:  # weeks and days without hyphens are ISO 8601, too
        raise argparse.ArgumentTypeError(f"{text!r} is not a day; write YYYY-MM-DD")
    return day
