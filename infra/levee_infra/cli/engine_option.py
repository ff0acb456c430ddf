"""Which engine carries a stack out."""

from __future__ import annotations

import argparse


def add_engine_option(parser: argparse.ArgumentParser) -> None:
    """Give a command `--engine`."""
    parser.add_argument(
        "--engine",
        choices=("auto", "pulumi", "embedded"),
        default="auto",
        help="auto (default): the Pulumi CLI where it is on PATH, else the embedded engine",
    )
