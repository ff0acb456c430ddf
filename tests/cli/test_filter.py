"""`levee filter`: what it prints, and how it ends."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from levee_infra.cli.main import main
from tests.filter.test_examples import HERE, REFUSED, VALID, text_of
from tests.support.stack_files import StackFiles

Captured = pytest.CaptureFixture[str]
RECORDS = str(HERE / "records.jsonl")


def given(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


@pytest.mark.parametrize("example", VALID, ids=text_of)
def test_a_filter_is_taken(example: dict[str, str], capsys: Captured) -> None:
    assert main(["filter", "check", example["expr"]]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("1 filter: 0 errors, ")


@pytest.mark.parametrize("example", REFUSED, ids=text_of)
def test_a_filter_is_refused_at_its_column(example: dict[str, int], capsys: Captured) -> None:
    assert main(["filter", "check", str(example["expr"])]) == 1
    assert f"  --> filter:1:{example['col'] + 1}\n" in capsys.readouterr().out
    assert main(["filter", "check", "--json", str(example["expr"])]) == 1
    (found,) = json.loads(capsys.readouterr().out)["filters"]
    assert found["valid"] is False
    assert (found["remarks"][0]["offset"], found["remarks"][0]["column"]) == (example["col"], example["col"] + 1)


@pytest.mark.parametrize("example", VALID, ids=text_of)
def test_each_record_gets_its_answer(example: dict[str, dict[str, object]], capsys: Captured) -> None:
    words = {True: "passes", False: "fails", "open": "open"}
    expected = [words[each] for each in example["expect"].values()]
    ended = main(["filter", "test", "--json", str(example["expr"]), RECORDS])
    document = json.loads(capsys.readouterr().out)
    assert [each["answer"] for each in document["records"]] == expected
    assert ended == int("open" in expected)
    assert sum(document["count"].values()) == len(expected)


def test_answers_as_text(capsys: Captured) -> None:
    assert main(["filter", "test", "<v1> age > 40 || country == 'us'", RECORDS]) == 1
    assert capsys.readouterr().out == (
        "     1  fails\n     2  passes\n     3  fails\n     4  open\n     5  fails\n5 records: 1 pass, 3 fail, 1 open\n"
        "open: IBM's documentation doesn't say, or the record doesn't (docs/reference/filter-language.md)\n"
    )


def test_records_and_filters_come_by_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    given(monkeypatch, b'\xef\xbb\xbf{"a": 1}\r\n\n{"a": 2}')
    assert main(["filter", "test", "<v1> a == 1", "-"]) == 0
    assert capsys.readouterr().out.startswith("     1  passes\n     3  fails\n")
    given(monkeypatch, b"<v1> a==1\n")
    assert main(["filter", "format", "-"]) == 0
    assert capsys.readouterr().out == "<v1> $d.a == 1\n"
    assert main(["filter", "test", "-", "-"]) == 2


def test_a_row_of_the_query_api(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    row = {
        "metadata": [{"key": "timestamp", "value": "2026-06-01T12:00:00"}, {"key": "severity", "value": "Error"}],
        "labels": [{"key": "applicationname", "value": "app"}],
        "user_data": json.dumps({"status": 500}),
    }
    given(monkeypatch, json.dumps(row).encode())
    assert (
        main(["filter", "test", "<v1> $l.applicationname == 'app' && $m.severity == ERROR && status >= 500", "-"]) == 0
    )
    assert "1 record: 1 pass" in capsys.readouterr().out


@pytest.mark.parametrize("line", ["[]", "{", "\x00", "[" * 100_000, '{"labels": 1}', "\udcff"])
def test_what_is_no_record_is_exit_2_with_its_line(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured, line: str
) -> None:
    given(monkeypatch, b'{"a": 1}\n' + line.encode("utf-8", "surrogateescape"))
    assert main(["filter", "test", "<v1> a == 1", "-"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "-:2" in captured.err or "standard input" in captured.err


def test_files_that_are_none_are_exit_2(tmp_path: Path, capsys: Captured) -> None:
    assert main(["filter", "test", "<v1> a == 1", str(tmp_path / "none.jsonl")]) == 2
    assert main(["filter", "test", "<v1> a == 1", "/dev/zero"]) == 2
    assert main(["filter", "check", "/dev/zero"]) == 2
    (tmp_path / "stream.yaml").write_text("topic: x\n")
    assert main(["filter", "check", str(tmp_path / "stream.yaml")]) == 2
    (tmp_path / "stream.yaml").write_text("filter: [a]\n")
    assert main(["filter", "check", str(tmp_path / "stream.yaml")]) == 2
    (tmp_path / "stream.yaml").write_text("filter: 'x\n")
    assert main(["filter", "check", str(tmp_path / "stream.yaml")]) == 2
    assert main(["filter", "check", "prdo"]) == 2
    assert "prdo is no stack, no file and no filter" in capsys.readouterr().err


def test_a_file_with_only_the_filter(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "audit.dpxl"
    file.write_text("<v1> a == b\n")
    assert main(["filter", "check", str(file)]) == 1
    assert f"  --> {file}:1:8\n" in capsys.readouterr().out
    file.write_text("<v1> a ==\n1\n")
    assert main(["filter", "check", str(file)]) == 1


def test_a_stack_and_a_streams_file(tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    files = StackFiles(tmp_path)
    files.add(files.orders, "filter: >-\n  <v1> $m.severity == ERROR\n  && a == b\n")
    files.stream("other", filter="<v1> a.matches(/x/)")
    files.stream("without")
    monkeypatch.chdir(tmp_path)
    for name in ("test", "stacks/test", str(files.folder)):
        assert main(["filter", "check", name]) == 1
        out = capsys.readouterr().out
        assert "stacks/test/streams/orders.yaml:18:8" in out
        assert out.endswith("2 filters: 1 error, 1 warning, 0 notes\n")
    assert main(["filter", "check", "stacks/test/streams/other.yaml"]) == 0
    assert main(["filter", "format", "stacks/test/streams/other.yaml"]) == 0
    assert capsys.readouterr().out.endswith("<v1> $d.a.matches(/x/)\n")
    assert main(["filter", "format", "test"]) == 2
    files.stack.unlink()
    assert main(["filter", "check", "stacks/test"]) == 2


def test_formatting_refuses_what_it_would_make_too_long(capsys: Captured) -> None:
    text = "<v1> " + "||".join(["a"] * 1000)
    assert main(["filter", "format", text]) == 1
    assert "4096 are taken" in capsys.readouterr().err
    assert main(["filter", "format", "<v1> a =="]) == 1
