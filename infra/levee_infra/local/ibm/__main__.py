"""The process that answers as IBM Cloud on this machine: `python -m levee_infra.local.ibm --port … --directory …`."""

from __future__ import annotations

import argparse
import json
import signal
import threading
from pathlib import Path
from typing import Any

from levee.clock import SYSTEM_CLOCK
from levee_infra.local.ibm.account import Fake
from levee_infra.local.ibm.behaviour import MUTANTS, SOURCES, Behaviour
from levee_infra.local.ibm.seed import plant
from levee_infra.local.ibm.server import Server
from levee_infra.local.settings import LOOPBACK


def main() -> None:
    """Serve until ended; what it knows is then written for the next start."""
    parser = argparse.ArgumentParser(
        epilog="switches: " + "; ".join(f"{name} ({why})" for name, why in SOURCES.items())
    )
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--directory", type=Path, required=True, help="holds the record of requests and the snapshot")
    parser.add_argument(
        "--seed", type=Path, help="JSON: the identities and instances there are, if nothing is kept yet"
    )
    parser.add_argument("--certificate", type=Path, help="PEM with its key: TLS")
    parser.add_argument("--set", action="append", default=[], metavar="SWITCH=VALUE", type=_switch)
    parser.add_argument("--mutant", action="append", default=[], choices=MUTANTS)
    arguments = parser.parse_args()
    try:
        behaviour = Behaviour().changed(dict(arguments.set))
    except ValueError as error:
        parser.error(str(error))
    fake = Fake(SYSTEM_CLOCK, "", arguments.directory, behaviour, frozenset(arguments.mutant))
    server = Server(fake, LOOPBACK, arguments.port, arguments.certificate)
    if not fake.load() and arguments.seed:
        plant(fake, json.loads(arguments.seed.read_text(encoding="utf-8")))
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()
        with fake.lock:
            fake.save()


def _switch(text: str) -> tuple[str, Any]:
    name, _, value = text.partition("=")
    return name, int(value) if value.isdecimal() else value


if __name__ == "__main__":
    main()
