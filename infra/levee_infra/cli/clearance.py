"""How much of what is deployed may go in one run."""

from __future__ import annotations

import argparse


def add_clearance_option(parser: argparse.ArgumentParser) -> None:
    """Give a command `--max-removed`."""
    parser.add_argument(
        "--max-removed",
        metavar="PERCENT",
        type=_percent,
        default=20,
        help="how much of what is deployed may go in one run (default: 20)",
    )


def _percent(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= 100):
        raise argparse.ArgumentTypeError(f"{text!r} is not a percentage; write a whole number from 0 to 100")
    return int(text)
