"""Runs the user's program once, on the engine's own loop, with the Pulumi SDK connected to our monitor.

One loop for program, engine and providers: with a thread for each, thousands of answers would queue for the
interpreter lock.
"""

import asyncio
import contextvars
import traceback
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pulumi
from pulumi.errors import RunError
from pulumi.runtime import settings
from pulumi.runtime.stack import run_in_stack

from levee_infra.deployed.engine_error import EngineError
from levee_infra.engines.embedded.errors import ProgramFailed
from levee_infra.engines.embedded.monitor import Engine, Monitor

_NOT_THE_USERS: Final = tuple(str(Path(module).parent) for module in (pulumi.__file__, asyncio.__file__, __file__))
_in_program: Final = contextvars.ContextVar("in_program", default=False)


@dataclass(frozen=True, slots=True)
class Program:
    """The user's program and what it may ask the SDK about itself."""

    main: Callable[[], None]
    project: str
    stack: str


async def run_program(program: Program, monitor: Monitor, engine: Engine, *, preview: bool) -> None:
    """Run the program to its end and until the SDK has had every answer.

    Raises:
        EngineError: the program asked for what is not supported.
        ProgramFailed: the program raised.
    """
    context = contextvars.copy_context()
    context.run(_connect, program, monitor, engine, preview=preview)
    loop = asyncio.get_running_loop()
    tasks = _Tasks()
    loop.set_task_factory(tasks.create)
    try:
        await loop.create_task(run_in_stack(_beginning(program.main)), context=context)
    except (Exception, SystemExit) as error:
        raise _blame(error) from error
    finally:
        loop.set_task_factory(None)
        tasks.cancel()
        context.run(_disconnect)


class AnswerExecutor(ThreadPoolExecutor):
    """The loop's executor: calls of the SDK to our monitor are made in place, and the Future they return passed on.

    The SDK makes each call in a pool thread, as it would block. Ours does not block, and threads would bound how many
    registrations are under way. The providers' calls do get a thread.
    """

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Make the call. The loop takes a future of its own as it is."""
        if not _in_program.get():
            return super().submit(fn, *args, **kwargs)
        answer = asyncio.get_running_loop().create_future()
        try:
            result = fn(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - what a pool thread would do with it
            answer.set_exception(error)
            return answer
        if isinstance(result, asyncio.Future):
            return result
        answer.set_result(result)
        return answer


class _Tasks:
    """Remembers the program's tasks: those that it leaves behind must not go on."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def create(self, loop: asyncio.AbstractEventLoop, coroutine: Any, /, **options: Any) -> "asyncio.Task[Any]":
        task = asyncio.Task(coroutine, loop=loop, **options)
        if _in_program.get():
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return task

    def cancel(self) -> None:
        for task in self._tasks:
            task.cancel()


def _beginning(main: Callable[[], None]) -> Callable[[], Coroutine[Any, Any, None]]:
    async def call() -> None:
        main()

    async def begin() -> None:
        # In a task, which begins with a short stack: the SDK walks it at each registration.
        await asyncio.create_task(call())
        # Lets the registrations begin. While none has, the SDK waits for all outputs at once, over and over,
        # which takes quadratic time; afterwards it waits for one registration after the other.
        await asyncio.sleep(0)

    return begin


def _connect(program: Program, monitor: Monitor, engine: Engine, *, preview: bool) -> None:
    _in_program.set(True)
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
