"""The language host that a Pulumi tool built from its Go modules lacks: `pulumi-language-python`.

The tool starts it with its own address as the last argument, reads a port from its first line, and asks it
over Pulumi's LanguageRuntime protocol (`pulumi/language.proto`) to run the program. The SDK's automation
server already does that for a function; here the function is the project's `__main__.py`.
"""

import os
import runpy
import sys
import threading
import traceback
from collections.abc import Callable
from concurrent import futures
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Final

import grpc
import pulumi
from google.protobuf import empty_pb2
from pulumi.automation._server import LanguageServer
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from cli.tool.ending import on_end

QUIT_GRACE: Final = 1.0
"""Seconds that calls under way get to end after the tool asked the host to quit."""


def run_program(directory: Path, entry: Path) -> None:
    """Run the program at `entry` as `__main__`, as `python directory` would.

    Raises:
        pulumi.RunError: whatever the program raised, with the traceback of the program alone.
    """
    sys.path.insert(0, str(directory))
    sys.argv = [str(entry)]
    try:
        runpy.run_path(str(entry), run_name="__main__")
    except pulumi.RunError:
        raise
    except SystemExit as end:
        if end.code not in {None, 0}:
            raise pulumi.RunError(f"the program {entry} ended itself: exit {end.code}") from end
    except Exception as error:
        raise pulumi.RunError(program_traceback(error, entry)) from error


def program_traceback(error: BaseException, entry: Path) -> str:
    """Format `error` from the first line of the program on: what the host did before it helps nobody."""
    step: TracebackType | None = error.__traceback__
    while step is not None and step.tb_frame.f_code.co_filename != str(entry):
        step = step.tb_next
    return "".join(traceback.format_exception(type(error), error, step)).rstrip()


class LanguageHost(LanguageServer):
    """Answers the tool's questions about a Python program and runs it."""

    def __init__(self, engine: str) -> None:
        super().__init__(program=lambda: None)
        self._engine = engine
        self.cancelled = threading.Event()

    def Handshake(  # noqa: N802 - the protocol's name
        self, _request: language_pb2.LanguageHandshakeRequest, _context: grpc.ServicerContext
    ) -> language_pb2.LanguageHandshakeResponse:
        """Nothing has to be agreed on."""
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(  # noqa: N802 - the protocol's name
        self, _request: empty_pb2.Empty, _context: grpc.ServicerContext
    ) -> plugin_pb2.PluginInfo:
        """The host is of the version of the SDK that it is made from."""
        return plugin_pb2.PluginInfo(version=version("pulumi"))

    def RuntimeOptionsPrompts(  # noqa: N802 - the protocol's name
        self, _request: language_pb2.RuntimeOptionsRequest, _context: grpc.ServicerContext
    ) -> language_pb2.RuntimeOptionsResponse:
        """Every runtime option has a value already: there is nothing to ask the user."""
        return language_pb2.RuntimeOptionsResponse()

    def Cancel(  # noqa: N802 - the protocol's name
        self, _request: empty_pb2.Empty, _context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        """The tool wants no more of this host."""
        self.cancelled.set()
        return empty_pb2.Empty()

    def Run(  # noqa: N802 - the protocol's name
        self, request: language_pb2.RunRequest, context: grpc.ServicerContext
    ) -> language_pb2.RunResponse:
        """Run the project's program against the resource monitor that `request` names."""
        directory = Path(request.info.program_directory or request.pwd)
        entry = directory / (request.info.entry_point or ".")
        if entry.is_dir():
            entry /= "__main__.py"
        os.chdir(directory)
        self.program = lambda: run_program(directory, entry)
        # LanguageServer looks for the engine's address where the automation API puts it.
        request.args[:] = [self._engine]
        # The SDK leaves this method unannotated.
        response: language_pb2.RunResponse = super().Run(request, context)  # type: ignore[no-untyped-call]
        # Every error has been logged by now; the tool must not tell it a second time.
        return language_pb2.RunResponse(bail=True) if response.error else response


def serve(engine: str, announce: Callable[[int], None]) -> None:
    """Serve until the tool cancels, interrupts or terminates this process, or is gone itself.

    Args:
        engine: the address of the tool's engine.
        announce: called once with the port that is listened on.
    """
    host = LanguageHost(engine)
    on_end(host.cancelled.set)
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4), options=_GRPC_CHANNEL_OPTIONS)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    announce(port)
    host.cancelled.wait()
    server.stop(QUIT_GRACE).wait()


def main() -> None:
    """Serve for the tool that started this process, whose address is the last argument."""
    serve(sys.argv[-1], lambda port: print(port, flush=True))
    # A program that hangs in a thread of its own must not keep a host that was told to quit.
    os._exit(0)


if __name__ == "__main__":
    main()
