"""Stands in, in tests alone, for Pulumi's Python and Node.js language hosts where they aren't installed.

No registry has them. It runs a program by the host's own script, and a plugin as the host does
(`proto/pulumi/language.proto`). What the official ones do of virtual environments, installation and signals it
doesn't show.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2
from typing_extensions import override

NAME: Final = "pulumi-language-{}"
RUNS_A_PROGRAM: Final = "pulumi-language-python-exec"
_NODE_RUNS_A_PROGRAM: Final = "node_modules/@pulumi/pulumi/cmd/run"
HAS_SAID_WHY: Final = 32
"""The exit code of a program that has told the user what is wrong (``python/cmd/pulumi-language-python-exec``)."""


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Serves what a Pulumi CLI asks of a language when it runs a program of this project, its plugins and its pack."""

    def __init__(self, language: str, engine: str) -> None:
        self._language, self._engine = language, engine

    @override
    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version="0.0.0")

    @override
    def GetRequiredPackages(self, request: Any, context: grpc.ServicerContext) -> Any:
        required = language_pb2.GetRequiredPackagesResponse()
        for package in _nodejs_packages(request.info) if self._language == "nodejs" else _python_packages(request.info):
            if package.get("resource"):
                required.packages.add(name=package["name"], kind="resource", version=package["version"])
        return required

    @override
    def InstallDependencies(self, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        return iter(())  # tests bring their own

    @override
    def Run(self, request: Any, context: grpc.ServicerContext) -> Any:
        said = {
            "monitor": request.monitor_address,
            "engine": self._engine,
            "project": request.project,
            "stack": request.stack,
            "pwd": request.pwd,
            "dry_run": str(request.dryRun).lower(),
            "parallel": str(request.parallel),
            "organization": request.organization,
            "root_directory": request.info.root_directory,
        }
        options = [part for name, value in said.items() if value for part in (f"--{name}", value)]
        if self._language == "nodejs":
            command = ["node", str(Path(request.info.root_directory, _NODE_RUNS_A_PROGRAM))]
        else:
            script = shutil.which(RUNS_A_PROGRAM)
            assert script is not None, f"no {RUNS_A_PROGRAM} on PATH"
            command = [_python(request.info), "-u", script]
        command += [*options, str(Path(request.info.program_directory, request.info.entry_point))]
        configuration = {
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
            "PULUMI_NODEJS_TYPESCRIPT": "true",
        }
        process = subprocess.Popen(command, cwd=request.info.program_directory, env={**os.environ, **configuration})
        _interrupted_with(context, process)
        code = process.wait()
        if code == HAS_SAID_WHY:
            return language_pb2.RunResponse(bail=True)
        return language_pb2.RunResponse(error=f"Program exited with non-zero exit code: {code}" if code else "")

    @override
    def RunPlugin(self, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        environment: Mapping[str, str] = dict(each.split("=", 1) for each in request.env) or os.environ
        process = subprocess.Popen(
            [_python(request.info), "-u", request.info.program_directory, *request.args],
            cwd=request.pwd,
            env=environment,
            stdout=subprocess.PIPE,
        )
        _interrupted_with(context, process)
        assert process.stdout is not None
        for line in process.stdout:
            yield language_pb2.RunPluginResponse(stdout=line)
        yield language_pb2.RunPluginResponse(exitcode=process.wait())


def _python(info: Any) -> str:
    options = dict(info.options)
    return str(Path(info.root_directory, options.get("virtualenv", sys.prefix), "bin", "python"))


def _python_packages(info: Any) -> Iterator[Any]:
    packages = Path(_python(info)).parents[1].glob("lib/python*/site-packages/*/pulumi-plugin.json")
    return (json.loads(each.read_bytes()) for each in packages)


def _nodejs_packages(info: Any) -> Iterator[Any]:
    packages = Path(info.root_directory).glob("node_modules/@*/*/package.json")
    return (json.loads(each.read_bytes()).get("pulumi", {}) for each in packages)


def _interrupted_with(context: grpc.ServicerContext, process: subprocess.Popen[Any]) -> None:
    """End the process with the call that began it: so the engine stops a program or a plugin."""
    context.add_callback(lambda: process.send_signal(signal.SIGINT) if process.poll() is None else None)


def main(language: str, engine: str) -> None:
    """Serve one CLI until it ends this process, or goes away with it."""
    server = grpc.server(ThreadPoolExecutor(32))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageHost(language, engine), server)
    sys.stdout.write(f"{server.add_insecure_port('127.0.0.1:0')}\n")
    sys.stdout.flush()
    server.start()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()
    server.stop(1).wait()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[-1])
