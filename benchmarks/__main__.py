"""`python -m benchmarks`: run them, print tables, write JSON.

Times are reported and never asserted: a missed aim exits 0. Exit 1 only where something broke.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from benchmarks.brokers import PROJECT
from benchmarks.machine import describe, other_work
from benchmarks.outcome import Outcome
from benchmarks.registry import BENCHMARKS
from benchmarks.report import render
from benchmarks.request import BenchmarkError, Request
from levee.clock import SYSTEM_CLOCK
from levee.diagnostics import LeveeError
from tests.support import pulumi_cli

DEFAULT_BASE_PORT: Final = 39092
ENGINES: Final = ("embedded", "pulumi")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmarks that the command line names, all by default; the exit code."""
    arguments = _parser().parse_args(argv)
    for number in (signal.SIGINT, signal.SIGTERM):  # also where a shell had the first ignored, as it does after `&`
        signal.signal(number, signal.default_int_handler)
    request = Request(
        streams=tuple(sorted(set(arguments.streams))),
        base_port=arguments.base_port,
        engines=tuple(arguments.engine or ENGINES),
        say=_say,
    )
    machine, busy, began = describe(), other_work(), SYSTEM_CLOCK.now()
    outcomes = []
    pulumi_cli.prepare()
    try:
        for name in arguments.only or BENCHMARKS:
            outcomes.append(BENCHMARKS[name](request))
            print(f"\n{render(outcomes[-1])}", flush=True)
            if busy:
                print(busy, flush=True)
    except LeveeError as error:
        _say(f"error: {error.message}\n  help: {error.help}")
        return 1
    except BenchmarkError as error:
        _say(f"error: {error}")
        return 1
    except KeyboardInterrupt:
        _say("interrupted; what was started has been stopped")
        return 130
    finally:
        pulumi_cli.tidy()
    _write(arguments.json, began, machine, outcomes)
    return 0


def _write(file: Path, began: datetime, machine: object, outcomes: Sequence[Outcome]) -> None:
    values = {
        "began": began.isoformat(timespec="seconds"),
        "machine": machine,
        "benchmarks": [outcome.to_json() for outcome in outcomes],
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(values, indent=2) + "\n")
    _say(f"wrote {file}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=sorted(BENCHMARKS), help="run these (default: all)")
    parser.add_argument(
        "--streams", nargs="+", type=_positive, default=[100, 1000], metavar="N", help="sizes (default: 100 1000)"
    )
    parser.add_argument(
        "--engine", nargs="+", choices=ENGINES, help="measure levee with these (default: both, pulumi where on PATH)"
    )
    parser.add_argument(
        "--base-port", type=int, default=DEFAULT_BASE_PORT, metavar="N", help="of the cluster it starts: 30 from here"
    )
    parser.add_argument("--json", type=Path, default=PROJECT / "build" / "bench.json", metavar="FILE")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
