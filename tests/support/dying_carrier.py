"""`levee carry`, killed at a chosen point of a transaction: `python -m tests.support.dying_carrier POINT carry …`."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Any, Final

from confluent_kafka import Producer

from levee_infra.carrier.transaction import transactions
from levee_infra.cli.main import main

POINTS: Final = ("while-writing", "before-commit", "during-commit", "after-commit")

RECORDS_BEFORE: Final = 5
"""Written by the transaction that is cut off, when it is while it writes."""


def die() -> None:
    """As `kill -9` does."""
    os.kill(os.getpid(), signal.SIGKILL)


class DyingProducer(Producer):  # type: ignore[misc]
    """Dies in the first transaction that holds more than a checkpoint."""

    point: str
    written = 0

    def produce(self, *arguments: Any, **record: Any) -> None:
        super().produce(*arguments, **record)
        self.written += 1
        if self.point == "while-writing" and self.written == RECORDS_BEFORE:
            self.flush(10)
            die()

    def commit_transaction(self, *arguments: Any) -> None:
        if self.written <= RECORDS_BEFORE:
            super().commit_transaction(*arguments)
            return
        self.flush(10)
        if self.point == "before-commit":
            die()
        if self.point == "during-commit":
            threading.Timer(0.002, die).start()
        super().commit_transaction(*arguments)
        die()


if __name__ == "__main__":
    DyingProducer.point = sys.argv[1]
    assert DyingProducer.point in POINTS
    vars(transactions)["Producer"] = DyingProducer
    sys.exit(main(sys.argv[2:]))
