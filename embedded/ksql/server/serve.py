"""The process: runtime and HTTP server together, from start to a clean stop."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Iterator

import uvicorn

from embedded.ksql.runtime.application import Application
from embedded.ksql.runtime.errors import RuntimeFailureError
from embedded.ksql.server.api import Api
from embedded.ksql.settings import Settings

log = logging.getLogger(__name__)

WATCH = 0.5
"""Seconds between two looks whether the runtime still runs."""


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers, which end the process before the runtime has stopped."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _serve(settings: Settings, application: Application) -> None:
    instance = await asyncio.to_thread(application.start)
    api = Api(settings, application, instance)
    server = _Server(
        uvicorn.Config(
            api.app(),
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=2,
        )
    )

    def stop() -> None:
        api.push.close_all()
        server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    serving = asyncio.create_task(server.serve())
    log.info("ready on http://%s:%d", settings.host, settings.port)
    while not serving.done():
        await asyncio.wait([serving], timeout=WATCH)
        if application.has_ended:
            stop()
    await serving


def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT; what is open is committed then.

    Raises:
        RuntimeFailureError: it cannot start, or the runtime has failed.
    """
    application = Application(settings)
    try:
        asyncio.run(_serve(settings, application))
    except SystemExit as error:
        raise RuntimeFailureError(f"port {settings.port} cannot be listened on; choose another") from error
    finally:
        failed = application.has_ended
        application.stop()
    if failed:
        raise RuntimeFailureError("the runtime has failed; the log above says why")
