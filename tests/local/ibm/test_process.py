"""The process: started, asked, ended, and started again with what it knew."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from levee.clock import SYSTEM_CLOCK
from levee_infra.local.certificates import broker_path, ca_path, ensure_certificates
from levee_infra.local.ibm.account import SNAPSHOT
from tests.support.cluster import session_base_port
from tests.support.ibm_cloud import LOGS, OWNER_KEY, SEED
from tests.support.ibm_contract import breaches_of
from tests.support.ibm_lives import STREAM

PORT_OFFSET = 460
FORM = {"grant_type": "urn:ibm:params:oauth:grant-type:apikey", "apikey": OWNER_KEY}


@contextmanager
def process(directory: Path, *more: str, trust: Path | None = None) -> Iterator[tuple[requests.Session, str]]:
    """A client of the process, and where it is."""
    port = session_base_port(PORT_OFFSET)
    seed = directory / "seed.json"
    directory.mkdir(exist_ok=True)
    seed.write_text(json.dumps(SEED))
    words = ["--port", str(port), "--directory", str(directory), "--seed", str(seed), *more]
    running = subprocess.Popen([sys.executable, "-m", "levee_infra.local.ibm", *words])
    session, url = requests.Session(), f"http{'s' if trust else ''}://127.0.0.1:{port}"
    session.trust_env = False
    session.verify = str(trust) if trust else True
    try:
        for _ in range(200):
            assert running.poll() is None
            try:
                session.get(f"{url}/control/alive", timeout=30)
                break
            except requests.ConnectionError:
                time.sleep(0.05)
        yield session, url
    finally:
        session.close()
        running.terminate()
        assert running.wait(60) == 0


def streams(session: requests.Session, url: str) -> str:
    token = session.post(f"{url}/iam/identity/token", data=FORM, timeout=30).json()["access_token"]
    session.headers["Authorization"] = f"Bearer {token}"
    return f"{url}/logs/{LOGS['guid']}/v1/streams"


def test_it_knows_after_a_restart_what_it_knew(tmp_path: Path) -> None:
    with process(tmp_path, "--set", "first_stream_id=7") as (session, url):
        made = session.post(streams(session, url), json=STREAM, timeout=30).json()
        assert made["id"] == 7
        token = session.headers["Authorization"]
    assert (tmp_path / SNAPSHOT).stat().st_mode & 0o777 == 0o600

    with process(tmp_path) as (session, url):
        session.headers["Authorization"] = token  # signed by the same key
        path = f"{url}/logs/{LOGS['guid']}/v1/streams"
        assert session.get(path, timeout=30).json()["streams"] == [made]
        assert session.post(path, json=STREAM, timeout=30).json()["id"] == 8
    assert breaches_of(tmp_path / "requests.jsonl") == []


def test_it_answers_over_tls(tmp_path: Path) -> None:
    ensure_certificates(tmp_path / "tls", ("ibm",), now=SYSTEM_CLOCK.now(), nothing_runs=True)
    certificate, trust = broker_path(tmp_path / "tls", "ibm"), ca_path(tmp_path / "tls")

    with process(tmp_path, "--certificate", str(certificate), trust=trust) as (session, url):
        assert session.get(streams(session, url), timeout=30).json() == {"streams": []}
        instances = session.get(f"{url}/resource-controller/v2/resource_instances", timeout=30).json()["resources"]
        reached = [i["extensions"]["kafka_http_url"] for i in instances if "kafka_http_url" in i["extensions"]]
        assert all(address.startswith(f"{url}/event-streams/") for address in reached)


def test_a_switch_that_isnt_there_is_refused_at_the_start(tmp_path: Path) -> None:
    words = ["--port", str(session_base_port(PORT_OFFSET)), "--directory", str(tmp_path), "--set", "color=red"]

    ended = subprocess.run(
        [sys.executable, "-m", "levee_infra.local.ibm", *words], capture_output=True, text=True, check=False
    )

    assert ended.returncode == 2
    assert "no switch 'color'; there are: stale_if_match" in ended.stderr
