"""A secret that somebody wrote into a stack's files is in no output of any command, in whatever format."""

from __future__ import annotations

import io
import json
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from levee_infra.cli.main import main
from levee_infra.cli.telling import Telling
from levee_infra.providers.protocol.failures import FailedError, PartlyDoneError, refused
from tests.support.changing import preview, write_preview
from tests.support.stack_files import StackFiles

FORMATS = ("text", "json", "sarif", "junit", "github")
SINK = """\
sinks:
  - name: siem
    kind: http
    service: detection-engine
    destination: "https://siem.example.com{destination}"
    settings: {{tasks.max: 1, note: "{setting}"}}
"""
LETTERS = st.text(st.sampled_from("abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789"), min_size=36, max_size=40)
SHAPES = st.sampled_from(
    [
        "ghp_{}",
        "xoxb-{}",
        "sk_live_{}",
        "eyJ{}.eyJ{}.x",
        "https://hooks.slack.com/services/{}",
        "https://me:{}@host.example.com",
        "https://b.example.com/k?X-Amz-Signature={}",
        "Bearer {}",
        "password={}",
        "pasword={}",
        "api-key={}",
        "${{file:/run/x:y}} token={}",
        "AccountKey={}",
    ]
)
PLACES = st.sampled_from(
    [
        "description",
        "setting",
        "destination",
        "comment",
        "stack comment",
        "unknown key",
        "owner",
        "unparsable",
        "waiver",
    ]
)


def planted(files: StackFiles, place: str, secret: str) -> None:
    """The stack with the secret at the place, and something wrong on the same line or near it."""
    sink = {"destination": "", "setting": "none"}
    match place:
        case "description":
            files.edit(files.orders, "Every change to an order.", f'"{secret}"')
        case "setting":
            sink["setting"] = secret
        case "destination":
            sink["destination"] = f"/?{secret}"
        case "comment":
            files.edit(files.orders, "partitions: 3", f"partitions: 99999999 # {secret}")
        case "stack comment":
            files.edit(files.stack, "  brokers: 3\n", f"  brokers: none # {secret}\n  # {secret}\n")
        case "unknown key":
            files.add(files.orders, f'descripton: "{secret}"\n')
        case "owner":
            files.edit(files.orders, "owner: orders-team", f'owner: "{secret}"')
        case "torn":
            files.add(files.orders, f'extra: "{secret}" x: [\n')
        case "waiver":
            (files.project / "stacks" / "waivers.yaml").write_text(
                "waivers:\n- {rule: RLS-CON-003, stack: test, subject: '*', owner: a-team, ticket: GOV-1, "
                f'approved_by: dpo, expires: 2027-01-01, reason: "{secret}"}}\n'
            )
    files.add(files.orders, SINK.format(**sink))


def told(*arguments: str) -> str:
    output = io.StringIO()
    with redirect_stdout(output), redirect_stderr(output):
        main(arguments)
    return output.getvalue()


@settings(max_examples=25, deadline=None)
@given(shape=SHAPES, body=LETTERS, place=PLACES)
def test_a_planted_secret_is_never_shown(shape: str, body: str, place: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = StackFiles(Path(folder))
        planted(files, place, shape.format(*[body] * shape.count("{}")))
        project = ("--project", folder)
        for name in FORMATS:
            text = told("check", "--format", name, "--as-of", "2026-11-01", *project)
            assert body not in text, name
            assert text
        for command in (("plan", "test"), ("plan", "test", "--json"), ("guard", "test"), ("up", "test", "--yes")):
            assert body not in told(*command, *project), command


@pytest.mark.parametrize(
    ("setting", "name"),
    list(product(['"https://me:{}@host/"', '"X-Api-Key: {}"', "'Bearer {}'", '"\\x70assword={}"'], FORMATS)),
)
def test_what_a_rule_calls_a_secret_is_wholly_left_out(tmp_path: Path, setting: str, name: str) -> None:
    files = StackFiles(tmp_path)
    secret = "hunter2-" + "horse1"
    files.add(files.orders, SINK.format(destination="", setting="x").replace('"x"', setting.format(secret)))
    text = told("check", "--format", name, "--project", str(tmp_path))
    assert "RLS-CON-003" in text
    assert secret not in text


def test_a_preview_is_not_quoted(tmp_path: Path) -> None:
    files = StackFiles(tmp_path)
    secret = "hunter2-" + "horse"
    broken = tmp_path / "broken.json"
    broken.write_text(f'{{"steps": [{{"op": "{secret}", "urn": "{secret}"}}], "changeSummary": {{}}}}')
    torn = tmp_path / "torn.json"
    torn.write_text(f'{{"password": "{secret}", ')
    listed = tmp_path / "list.json"
    listed.write_text(json.dumps([secret]))
    failed = preview()
    failed["diagnostics"] = [{"message": f"error: {secret}", "severity": "error"}]
    bytes_ = tmp_path / "bytes.json"
    bytes_.write_bytes(secret.encode() + b"\xff\xfe")
    for file in (broken, torn, listed, bytes_, write_preview(tmp_path / "failed.json", failed)):
        text = told("guard", files.name, "--against", "preview", str(file), "--project", str(tmp_path))
        assert "can't be used" in text
        assert secret not in text


def test_a_line_of_progress_holds_no_secret(capsys: pytest.CaptureFixture[str]) -> None:
    secret = "hunter2-" + "horse"
    say = Telling("up", "test", as_json=False).say
    say(f'  ~ sasl.password: "{secret}" => "{secret}-new"')
    say(f"error: https://me:{secret}@registry.example.com answered 401 to Bearer {secret}1")
    assert secret not in capsys.readouterr().out


def test_a_providers_failure_holds_no_secret() -> None:
    secret = "hunter2-" + "horse"
    text = f"the cluster answered: password={secret}"
    for error in (FailedError(text), PartlyDoneError("id", {}, [text]), refused("name", text)):
        assert secret not in f"{error} {error!r} {vars(error)}"
