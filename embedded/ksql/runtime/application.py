"""One instance of an application: a thread that reads, processes, commits, and carries out statements."""

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from embedded.ksql.runtime.errors import RuntimeFailureError
from embedded.ksql.runtime.instance import Instance
from embedded.ksql.runtime.worker import QueryFailedError
from embedded.ksql.settings import Settings

log = logging.getLogger(__name__)
T = TypeVar("T")

RETRY: Final = 1.0
"""Seconds between two attempts to recover."""


PATIENCE: Final = 15.0
"""Seconds that a request waits for an instance that is recovering."""


@dataclass(frozen=True, slots=True)
class _Request:
    function: Callable[[Instance], Any]
    future: Future[Any]
    asked: float


class Application:
    """The thread of an instance, and the way for other threads to have something done in it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._requests: queue.SimpleQueue[_Request] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._ready: Future[Instance] = Future()
        self._thread = threading.Thread(target=self._run, name="ksql-runtime", daemon=True)
        self.trouble = ""

    def start(self) -> Instance:
        """Connect, restore and begin; return when statements can be carried out.

        Raises:
            RuntimeFailureError: that is impossible; the message says why.
        """
        self._thread.start()
        return self._ready.result()

    def call(self, function: Callable[[Instance], T]) -> "Future[T]":
        """Have `function` called in the instance's thread, between two transactions."""
        future: Future[T] = Future()
        self._requests.put(_Request(function, future, time.monotonic()))
        return future

    @property
    def is_healthy(self) -> bool:
        """Whether the instance is at work; `trouble` says what keeps it from that."""
        return self._thread.is_alive() and not self.trouble

    @property
    def has_ended(self) -> bool:
        """Whether the thread is no more, asked to or not."""
        return not self._thread.is_alive()

    def stop(self) -> None:
        """Commit what is open, give up this instance's share in good order, and end the thread."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            instance = Instance(self._settings)
        except BaseException as error:  # noqa: BLE001  # it belongs to the thread that waits for `start`
            self._ready.set_exception(error)
            return
        try:
            self._work(instance)
        except Exception as error:
            log.exception("the instance has failed and stops")
            self.trouble = "the instance has failed; its log says why"
            if not self._ready.done():
                self._ready.set_exception(error)
        finally:
            instance.close()

    def _work(self, instance: Instance) -> None:
        while not self._stopping.is_set():
            try:
                instance.turn()
                self.trouble = ""
                if not self._ready.done() and instance.is_at_work:
                    self._ready.set_result(instance)
                self._answer(instance)
            except QueryFailedError as error:
                instance.failed(error)
            except RuntimeFailureError as error:
                log.warning("%s; recovering from what is committed", error)
                self.trouble = str(error)
                instance.lost()
                self._answer(instance)
                self._stopping.wait(RETRY)
        instance.leave()

    def _answer(self, instance: Instance) -> None:
        if not self._requests.empty():
            instance.commit_open()  # what fails here fails the queries, not who asks
        waiting: list[_Request] = []
        while not self._requests.empty():
            request = self._requests.get()
            if instance.is_at_work or time.monotonic() - request.asked > PATIENCE:
                self._carry_out(request, instance)
            else:
                waiting.append(request)
        for request in waiting:
            self._requests.put(request)

    def _carry_out(self, request: _Request, instance: Instance) -> None:
        instance.asked = time.monotonic()
        try:
            request.future.set_result(request.function(instance))
        except Exception as error:  # noqa: BLE001  # it belongs to the thread that asked
            request.future.set_exception(error)
