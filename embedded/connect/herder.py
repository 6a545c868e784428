"""The connectors of this worker: created, changed, paused, restarted and removed, and kept so in Kafka."""

import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field

from embedded.connect.config_topic import STARTED, ConfigTopic, Stored
from embedded.connect.errors import TaskError
from embedded.connect.hec_client import HecClient
from embedded.connect.providers import resolved
from embedded.connect.settings import Settings
from embedded.connect.sink_settings import SinkSettings, is_true, listed
from embedded.connect.task import Task

PAUSED = "PAUSED"
STOPPED = "STOPPED"


@dataclass
class Connector:
    """A connector and its tasks. `trace` says why the tasks could not be made."""

    name: str
    stored: Stored
    tasks: list[Task] = field(default_factory=list)
    trace: str = ""

    @property
    def state(self) -> str:
        """RUNNING, PAUSED, STOPPED or FAILED."""
        if self.trace:
            return "FAILED"
        return "RUNNING" if self.stored.target == STARTED else self.stored.target


class Herder:
    """Everything that the REST API does."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._lock = threading.RLock()
        self._topic = ConfigTopic(settings.bootstrap, settings.config_topic)
        self._connectors = {name: Connector(name, stored) for name, stored in self._topic.load().items()}
        for connector in self._connectors.values():
            self._start(connector)

    def close(self) -> None:
        """Stop every task, all at once."""
        with self._lock:
            _stop([task for connector in self._connectors.values() for task in connector.tasks])

    def names(self) -> list[str]:
        """The connectors' names."""
        return sorted(self._connectors)

    def get(self, name: str) -> Connector | None:
        """The connector of that name, None when there is none."""
        return self._connectors.get(name)

    def check(self, config: dict[str, str]) -> str | None:
        """Prove a valid configuration against its HEC, as the connector does; what is wrong, or None.

        Raises:
            TaskError: a reference or the trust store cannot be used.
        """
        if is_true(config.get("splunk.validation.disable", "false")):
            return None
        settings = self._sink(config)
        client = HecClient(settings)
        try:
            return client.check(listed(config.get("splunk.indexes", "")))
        finally:
            client.close()

    def put(self, name: str, config: dict[str, str]) -> Connector:
        """Create a connector, or give it another configuration and restart its tasks."""
        with self._lock:
            self._topic.put_config(name, config)
            connector = self._connectors.setdefault(name, Connector(name, Stored(config)))
            connector.stored = Stored(config, connector.stored.target)
            self._restart(connector)
            return connector

    def delete(self, name: str) -> None:
        """Remove a connector; the offsets of its group stay, as with Kafka Connect."""
        with self._lock:
            self._topic.remove(name)
            _stop(self._connectors.pop(name).tasks)

    def aim(self, connector: Connector, target: str) -> None:
        """Make it STARTED, PAUSED or STOPPED, now and after a restart of the worker."""
        with self._lock:
            self._topic.put_target(connector.name, target)
            was_stopped = connector.stored.target == STOPPED
            connector.stored = Stored(connector.stored.config, target)
            if target == STOPPED:
                _stop(connector.tasks)
                connector.tasks = []
            elif was_stopped:
                self._restart(connector)
            for task in connector.tasks:
                task.pause(paused=target == PAUSED)

    def restart(self, connector: Connector, *, chosen: Callable[[Task], bool]) -> None:
        """Start the chosen tasks anew; a connector whose tasks could not be made is started as a whole."""
        with self._lock:
            if connector.trace:
                self._restart(connector)
                return
            old = [task for task in connector.tasks if chosen(task)]
            _stop(old)
            try:
                fresh = {task.number: self._task(connector, task.number) for task in old}
            except TaskError:
                connector.trace = traceback.format_exc()
                connector.tasks = [task for task in connector.tasks if task not in old]
                return
            connector.tasks = [fresh.get(task.number, task) for task in connector.tasks]
            for task in fresh.values():
                task.start(paused=connector.stored.target == PAUSED)

    def _restart(self, connector: Connector) -> None:
        _stop(connector.tasks)
        self._start(connector)

    def _start(self, connector: Connector) -> None:
        connector.tasks, connector.trace = [], ""
        if connector.stored.target == STOPPED:
            return
        try:
            count = int(connector.stored.config.get("tasks.max", "1"))
            connector.tasks = [self._task(connector, number) for number in range(count)]
        except TaskError:
            connector.trace = traceback.format_exc()
        for task in connector.tasks:
            task.start(paused=connector.stored.target == PAUSED)

    def _task(self, connector: Connector, number: int) -> Task:
        return Task(connector.name, number, self._sink(connector.stored.config), self.settings.bootstrap)

    def _sink(self, config: dict[str, str]) -> SinkSettings:
        return SinkSettings.of(resolved(config), default_converter=self.settings.value_converter)


def _stop(tasks: list[Task]) -> None:
    for task in tasks:
        task.stop()
    for task in tasks:
        task.join()
