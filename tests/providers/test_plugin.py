"""The protocol layer over real gRPC, with a kind of resource kept in memory."""

import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import grpc
import pytest
from google.protobuf import empty_pb2
from google.rpc import status_pb2
from pulumi.runtime.proto import provider_pb2

from levee_infra.providers.protocol.properties import UNKNOWN, Properties, Secret, decode, encode
from tests.support.provider_host import failure_of

if TYPE_CHECKING:
    pass

from tests.support.note_provider import URN, Served


async def test_handshake_and_configure_promise_the_same(served: Served) -> None:
    hands = await served.stub.Handshake(provider_pb2.ProviderHandshakeRequest())
    configured = await served.stub.Configure(provider_pb2.ConfigureRequest())
    assert hands.accept_secrets is configured.acceptSecrets is True
    assert hands.accept_resources is configured.acceptResources is True
    assert hands.accept_outputs is configured.acceptOutputs is False
    assert configured.supportsPreview
    assert served.provider.closed == 1
    assert (await served.stub.GetPluginInfo(empty_pb2.Empty())).version == "1.2.3"


async def test_refusal_in_check_is_a_check_failure(served: Served) -> None:
    answer = await served.stub.Check(provider_pb2.CheckRequest(urn=URN, news=encode({"body": "bad"})))
    assert [(f.property, f.reason) for f in answer.failures] == [("body", "a bad body; write a good one")]


async def test_refusal_of_a_secret_names_it_in_the_text_only(served: Served) -> None:
    # The engine prints the value of the property that a failure names.
    answer = await served.stub.Check(provider_pb2.CheckRequest(urn=URN, news=encode({"body": Secret("bad")})))
    assert [(f.property, f.reason) for f in answer.failures] == [("", "body: a bad body; write a good one")]
    assert not answer.inputs.fields


async def test_refused_configuration_is_a_check_failure(served: Served) -> None:
    answer = await served.stub.CheckConfig(provider_pb2.CheckRequest(news=encode({"where": "nowhere"})))
    assert [f.property for f in answer.failures] == ["where"]


async def test_failure_is_one_clean_line_that_leaves_the_state_known(served: Served) -> None:
    error = await failure_of(
        served.stub.Create(provider_pb2.CreateRequest(urn=URN, properties=encode({"body": "fail"})))
    )
    assert error.details() == "the disk is full"
    assert error.code() is grpc.StatusCode.FAILED_PRECONDITION


async def test_half_done_work_carries_the_live_state(served: Served) -> None:
    error = await failure_of(
        served.stub.Create(provider_pb2.CreateRequest(urn=URN, properties=encode({"body": "half"})))
    )
    metadata = cast("Any", error.trailing_metadata())
    status = status_pb2.Status.FromString(metadata["grpc-status-details-bin"])
    detail = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(detail)
    assert detail.id == "first"
    assert decode(detail.properties) == {"body": "ha"}
    assert list(detail.reasons) == ["wrote two letters of four"]


async def test_a_bug_shows_neither_a_value_nor_a_place(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".levee").mkdir()
    monkeypatch.chdir(tmp_path)
    error = await failure_of(
        served.stub.Create(provider_pb2.CreateRequest(urn=URN, properties=encode({"body": "bug"})))
    )
    kept = tmp_path / ".levee" / "fault.txt"
    assert error.details() == f"a fault in levee: KeyError; please report it, with {kept}"
    assert "note_provider.py:" in kept.read_text()
    assert "a-password" not in kept.read_text()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


async def test_unknown_type_is_named(served: Served) -> None:
    urn = "urn:pulumi:test::project::test:index:Other::x"
    error = await failure_of(served.stub.Create(provider_pb2.CreateRequest(urn=urn)))
    assert "test:index:Other" in str(error.details())


async def test_what_came_in_secret_goes_out_secret(served: Served) -> None:
    secret = encode({"body": Secret("x"), "plain": "y"})
    made = await served.stub.Create(provider_pb2.CreateRequest(urn=URN, properties=secret))
    assert decode(made.properties) == {"body": Secret("x"), "plain": "y"}


async def test_preview_rehearses_only_what_is_known(served: Served) -> None:
    for body in (UNKNOWN, "known"):
        request = provider_pb2.CreateRequest(urn=URN, properties=encode({"body": body}), preview=True)
        answer = await served.stub.Create(request)
        assert answer.id == ""
        assert decode(answer.properties) == {"body": body}
    assert served.provider.note.previews == 1
    assert served.provider.note.live == {}


async def test_read_of_what_is_gone_answers_with_no_id(served: Served) -> None:
    answer = await served.stub.Read(provider_pb2.ReadRequest(urn=URN, id="first"))
    assert answer.id == ""


async def test_diff_names_paths_and_never_replaces(served: Served) -> None:
    answer = await served.stub.Diff(
        provider_pb2.DiffRequest(
            urn=URN,
            id="first",
            old_inputs=encode({"config": {"a.b": "1", "gone": "x", "same": "s"}, "__defaults": []}),
            olds=encode({"config": {"a.b": "2", "gone": "x", "same": "s", "by.hand": "h"}, "__meta": "{}"}),
            news=encode({"config": {"a.b": "1", "same": "s", "new": UNKNOWN}}),
        )
    )
    assert answer.changes == provider_pb2.DiffResponse.DIFF_SOME
    kinds = {path: (one.kind, one.inputDiff) for path, one in answer.detailedDiff.items()}
    assert kinds == {
        'config["a.b"]': (provider_pb2.PropertyDiff.UPDATE, False),
        "config.gone": (provider_pb2.PropertyDiff.DELETE, True),
        "config.new": (provider_pb2.PropertyDiff.ADD, True),
    }
    assert not answer.replaces
    assert not answer.deleteBeforeReplace


async def test_ignored_changes_keep_the_live_value(served: Served) -> None:
    ignore = ['config["a.b"]', "size"]
    old: Properties = {"config": {"a.b": "1"}, "size": 3}
    live: Properties = {"config": {"a.b": "2"}, "size": 9}
    diff = await served.stub.Diff(
        provider_pb2.DiffRequest(
            urn=URN,
            id="first",
            old_inputs=encode(old),
            olds=encode(live),
            news=encode(old),
            ignoreChanges=ignore,
        )
    )
    assert diff.changes == provider_pb2.DiffResponse.DIFF_NONE
    await served.stub.Update(
        provider_pb2.UpdateRequest(
            urn=URN,
            id="first",
            old_inputs=encode(old),
            olds=encode(live),
            news=encode(old),
            ignoreChanges=ignore,
        )
    )
    assert served.provider.note.live["first"] == live


async def test_after_cancel_nothing_new_begins(served: Served) -> None:
    await served.stub.Cancel(empty_pb2.Empty())
    error = await failure_of(served.stub.Create(provider_pb2.CreateRequest(urn=URN)))
    assert error.code() is grpc.StatusCode.CANCELLED
    assert served.provider.note.live == {}


HOLDING = encode({"onDestroy": "refuse"})


async def delete(served: Served) -> str:
    """Ask for the deletion of what is there; why it was refused."""
    served.provider.note.live["first"] = {}
    request = provider_pb2.DeleteRequest(urn=URN, id="first")
    try:
        await served.stub.Delete(request)
    except grpc.aio.AioRpcError as error:
        assert "first" in served.provider.note.live
        return str(error.details())
    assert "first" not in served.provider.note.live
    return ""


async def declare(served: Served) -> None:
    await served.stub.Check(provider_pb2.CheckRequest(urn=URN, news=encode({"body": "x"})))


async def test_a_run_that_declares_nothing_deletes_nothing_of_a_stack_that_protects(served: Served) -> None:
    await served.stub.Configure(provider_pb2.ConfigureRequest(args=HOLDING))
    await served.stub.Read(provider_pb2.ReadRequest(urn=URN, id="first"))
    assert "nothing was deleted" in await delete(served)
    assert "nothing was deleted" in await delete(served), "however often it is asked"


async def test_a_program_that_is_run_for_its_providers_alone_declares_nothing(served: Served) -> None:
    """So `pulumi destroy --run-program` begins: with a check of the configuration, and none of a resource."""
    await served.stub.CheckConfig(provider_pb2.CheckRequest(news=HOLDING))
    await served.stub.Configure(provider_pb2.ConfigureRequest(args=HOLDING))
    assert "nothing was deleted" in await delete(served)


async def test_an_update_may_delete_what_its_program_no_longer_declares(served: Served) -> None:
    """Also where a refresh before the program had the provider configured from the state, and it stayed the same."""
    await served.stub.Configure(provider_pb2.ConfigureRequest(args=HOLDING))
    await served.stub.CheckConfig(provider_pb2.CheckRequest(news=HOLDING))
    await declare(served)
    assert await delete(served) == ""


async def test_a_process_that_outlives_an_update_still_refuses_to_destroy(served: Served) -> None:
    await served.stub.Configure(provider_pb2.ConfigureRequest(args=HOLDING))
    await declare(served)
    await served.stub.Configure(provider_pb2.ConfigureRequest(args=HOLDING))
    assert "nothing was deleted" in await delete(served)


async def test_a_stack_that_protects_nothing_may_be_destroyed(served: Served) -> None:
    assert await delete(served) == ""
    await served.stub.Configure(provider_pb2.ConfigureRequest(args=HOLDING))
    await served.stub.Configure(provider_pb2.ConfigureRequest())
    assert await delete(served) == ""


async def test_a_stack_that_comes_to_protect_keeps_its_provider(served: Served) -> None:
    for old, new in ((encode({}), HOLDING), (HOLDING, encode({}))):
        request = provider_pb2.DiffRequest(id="x", olds=old, news=new)
        answer = await served.stub.DiffConfig(request)
        assert (answer.changes, [*answer.replaces]) == (provider_pb2.DiffResponse.DIFF_SOME, [])


async def test_another_word_for_it_is_refused(served: Served) -> None:
    answer = await served.stub.CheckConfig(provider_pb2.CheckRequest(news=encode({"onDestroy": "keep"})))
    assert [failure.property for failure in answer.failures] == ["onDestroy"]
