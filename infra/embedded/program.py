"""Runs the user's program once, in a thread of its own, with the Pulumi SDK connected to our monitor."""

import asyncio
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pulumi
from pulumi.errors import RunError
from pulumi.runtime import settings
from pulumi.runtime.config import set_all_config
from pulumi.runtime.stack import run_in_stack

from infra.embedded.errors import EngineError, ProgramFailed
from infra.embedded.monitor import Engine, Monitor, NeedsThread

_NOT_THE_USERS: Final = (
    str(Path(pulumi.__file__).parent),
    str(Path(asyncio.__file__).parent),
    str(Path(__file__).parent),
)


@dataclass(frozen=True, slots=True)
class Program:
    """The user's program and what it may ask the SDK about itself."""

    main: Callable[[], None]
    project: str
    stack: str
    config: Mapping[str, str]


async def run_program(program: Program, monitor: Monitor, engine: Engine, *, preview: bool) -> None:
    """Run the program to its end and until the SDK has had every answer.

    Raises:
        EngineError: the program asked for what is not supported.
        ProgramFailed: the program raised.
    """
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()

    def settle(error: BaseException | None) -> None:
        if not ended.done():
            ended.set_exception(error) if error else ended.set_result(None)

    def run() -> None:
        error: BaseException | None = None
        try:
            _run(program, monitor, engine, preview=preview)
        except BaseException as raised:  # noqa: BLE001 - carried over to the engine's thread
            error = raised
        loop.call_soon_threadsafe(settle, error)

    # A daemon: a program that hangs must not keep an interrupted run alive.
    threading.Thread(target=run, name="program", daemon=True).start()
    try:
        await ended
    except (Exception, SystemExit) as error:
        raise _blame(error) from error


class AnswerExecutor(ThreadPoolExecutor):
    """The SDK's executor: calls our monitor at once, on the loop's own thread, and passes its Future on.

    The SDK makes each call in a pool thread, as it would block. Ours does not block, and threads would bound how many
    registrations are under way. A call that does block says so (NeedsThread) and gets a thread.
    """

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Make the call."""
        answer: Future[Any] = Future()
        try:
            result = fn(*args, **kwargs)
        except NeedsThread:
            return super().submit(fn, *args, **kwargs)
        except Exception as error:  # noqa: BLE001 - what a pool thread would do with it
            answer.set_exception(error)
            return answer
        if isinstance(result, Future):
            return result
        answer.set_result(result)
        return answer


def _run(program: Program, monitor: Monitor, engine: Engine, *, preview: bool) -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    # Tasks that fail after the program did are consequences; the SDK raises the cause.
    loop.set_exception_handler(lambda _loop, _context: None)
    executor = AnswerExecutor()
    loop.set_default_executor(executor)
    _connect(program, monitor, engine, preview=preview)

    async def main() -> None:
        program.main()
        # Lets the registrations begin. While none has, the SDK waits for all outputs at once, over and over,
        # which takes quadratic time; afterwards it waits for one registration after the other.
        await asyncio.sleep(0)

    try:
        loop.run_until_complete(run_in_stack(main))
    finally:
        pending = asyncio.all_tasks(loop)
        for task in pending:
            task.cancel()
        if pending:
            loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
        executor.shutdown(wait=False)
        loop.close()
        _disconnect()


def _connect(program: Program, monitor: Monitor, engine: Engine, *, preview: bool) -> None:
    settings.ROOT.set(None)
    settings.configure(
        settings.Settings(
            project=program.project,
            stack=program.stack,
            monitor=monitor,
            engine=engine,
            dry_run=preview,
            organization="organization",
            root_directory=str(Path.cwd()),
        )
    )
    set_all_config(dict(program.config))


def _disconnect() -> None:
    """Leave no monitor behind. Twice: the SDK keeps the first value it is given as default for every thread."""
    for _ in range(2):
        settings.configure(settings.Settings(project="project", stack="stack"))


def _blame(error: BaseException) -> EngineError:
    for cause in _chain(error):
        if isinstance(cause, EngineError):
            return cause
    if isinstance(error, RunError):
        return ProgramFailed(str(error))  # its text is meant to be shown as it is
    return ProgramFailed(f"{type(error).__name__}: {error}", _location(error))


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it. The SDK raises an error from itself, so the chain may be a ring."""
    met: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in met:
        met.add(id(link))
        yield link
        link = link.__cause__ or link.__context__


def _location(error: BaseException) -> str:
    """``file:line`` of the innermost frame that is neither the SDK's nor ours."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith((*_NOT_THE_USERS, "<"))
    ]
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
