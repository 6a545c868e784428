"""Kafka Connect's REST API (Kafka documentation, "Kafka Connect", "REST API"): paths, statuses, error bodies.

A configuration is returned as it was given: a secret belongs behind a `${file:PATH:KEY}` reference, for Kafka
Connect shows values of type PASSWORD to whoever asks for the configuration, and so does this.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from embedded.connect import validation
from embedded.connect.answers import HANDLERS, RestError, body, configuration, json_response
from embedded.connect.config_topic import STARTED
from embedded.connect.group import Group
from embedded.connect.herder import PAUSED, STOPPED, Connector, Herder
from embedded.connect.options import CONNECTOR_CLASS, CONNECTOR_VERSION
from embedded.connect.task import Task

KAFKA_VERSION: Final = "4.3.1"
"""The release whose Connect this follows."""
Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Api:
    """The handlers over one herder. `worker_id` is this worker's host and port."""

    herder: Herder
    worker_id: str
    cluster_id: str

    def application(self) -> Starlette:
        """The ASGI application."""
        plugin, one = "/connector-plugins/{plugin}/config/validate", "/connectors/{name}"
        calls: list[tuple[str, str, Handler]] = [
            ("GET", "/", self.root),
            ("GET", "/health", self.health),
            ("GET", "/connector-plugins", self.plugins),
            ("PUT", plugin, self.validate),
            ("GET", "/connectors", self.connectors),
            ("POST", "/connectors", self.create),
            ("GET", one, self.read),
            ("DELETE", one, self.delete),
            ("GET", one + "/config", self.config),
            ("PUT", one + "/config", self.configure),
            ("GET", one + "/status", self.status),
            ("GET", one + "/tasks", self.tasks),
            ("GET", one + "/tasks/{task:int}/status", self.task_status),
            ("POST", one + "/tasks/{task:int}/restart", self.restart_task),
            ("GET", one + "/topics", self.topics),
            ("GET", one + "/offsets", self.offsets),
            ("DELETE", one + "/offsets", self.reset_offsets),
            ("PUT", one + "/pause", self.aiming(PAUSED)),
            ("PUT", one + "/resume", self.aiming(STARTED)),
            ("PUT", one + "/stop", self.aiming(STOPPED)),
            ("POST", one + "/restart", self.restart),
        ]
        return Starlette(
            routes=[Route(path, handler, methods=[method]) for method, path, handler in calls],
            exception_handlers=HANDLERS,
        )

    async def root(self, _: Request) -> Response:
        """The worker's version."""
        return json_response(
            {"version": KAFKA_VERSION, "commit": "embedded", "kafka_cluster_id": self.cluster_id}
        )

    async def health(self, _: Request) -> Response:
        """Whether the worker serves (KIP-1017)."""
        return json_response(
            {"status": "healthy", "message": "Worker has completed startup and is ready to handle requests."}
        )

    async def plugins(self, _: Request) -> Response:
        """The one connector class."""
        return json_response([{"class": CONNECTOR_CLASS, "type": "sink", "version": CONNECTOR_VERSION}])

    async def validate(self, request: Request) -> Response:
        """Check a configuration; a good one is proved against its HEC as well."""
        config = configuration(await body(request))
        if request.path_params["plugin"] not in {CONNECTOR_CLASS, CONNECTOR_CLASS.rpartition(".")[2]}:
            raise RestError(404, f"Unknown connector plugin {request.path_params['plugin']}.")
        found = validation.errors(config)
        if not found:
            await self._prove(config)
        return json_response(validation.report(config, found))

    async def connectors(self, request: Request) -> Response:
        """The names; with `expand=status` or `expand=info`, more."""
        expand = request.query_params.getlist("expand")
        names = self.herder.names()
        if not expand:
            return json_response(names)
        found = {name: connector for name in names if (connector := self.herder.get(name))}
        views = {"status": self._status, "info": _information}
        return json_response(
            {name: {key: views[key](found[name]) for key in expand if key in views} for name in found}
        )

    async def create(self, request: Request) -> Response:
        """Add a connector."""
        given = await body(request)
        if not isinstance(given, dict):
            raise RestError(400, "A connector is a JSON object with a name and a config.")
        name, config = given.get("name"), configuration(given.get("config"))
        if not isinstance(name, str) or not name:
            raise RestError(400, "Connector name must be given.")
        if config.setdefault("name", name) != name:
            raise RestError(400, "Connector name configuration doesn't match connector name in the body")
        if self.herder.get(name):
            raise RestError(409, f"Connector {name} already exists")
        connector = await self._put(name, config)
        return json_response(_information(connector), 201, location=f"/connectors/{name}")

    async def configure(self, request: Request) -> Response:
        """Give a connector its configuration, making it when it is new."""
        name, config = request.path_params["name"], configuration(await body(request))
        if config.setdefault("name", name) != name:
            raise RestError(400, "Connector name configuration doesn't match connector name in the URL")
        status = 200 if self.herder.get(name) else 201
        return json_response(_information(await self._put(name, config)), status)

    async def read(self, request: Request) -> Response:
        """A connector's configuration and tasks."""
        return json_response(_information(self._named(request)))

    async def config(self, request: Request) -> Response:
        """A connector's configuration."""
        return json_response(self._named(request).stored.config)

    async def status(self, request: Request) -> Response:
        """A connector's state and its tasks'."""
        return json_response(self._status(self._named(request)))

    async def tasks(self, request: Request) -> Response:
        """The tasks, each with its configuration."""
        connector = self._named(request)
        config = connector.stored.config
        return json_response(
            [
                {"id": {"connector": connector.name, "task": t.number}, "config": config}
                for t in connector.tasks
            ]
        )

    async def task_status(self, request: Request) -> Response:
        """One task's state."""
        return json_response(self._task_status(_task(self._named(request), request)))

    async def topics(self, request: Request) -> Response:
        """The topics of which the connector's group has committed offsets."""
        connector = self._named(request)
        offsets = await asyncio.to_thread(self._group(connector).offsets)
        return json_response({connector.name: {"topics": sorted({topic for topic, _, _ in offsets})}})

    async def offsets(self, request: Request) -> Response:
        """The committed offsets."""
        rows = await asyncio.to_thread(self._group(self._named(request)).offsets)
        return json_response(
            {
                "offsets": [
                    {
                        "partition": {"kafka_topic": topic, "kafka_partition": number},
                        "offset": {"kafka_offset": offset},
                    }
                    for topic, number, offset in rows
                ]
            }
        )

    async def reset_offsets(self, request: Request) -> Response:
        """Forget the committed offsets of a stopped connector."""
        connector = self._named(request)
        if connector.stored.target != STOPPED:
            raise RestError(
                400, "Connectors must be in the STOPPED state before their offsets can be modified."
            )
        await asyncio.to_thread(self._group(connector).reset)
        return json_response({"message": "The offsets for this connector have been reset successfully"})

    async def delete(self, request: Request) -> Response:
        """Remove a connector."""
        await asyncio.to_thread(self.herder.delete, self._named(request).name)
        return Response(status_code=204)

    async def restart(self, request: Request) -> Response:
        """Restart the connector, and with `includeTasks` its tasks (`onlyFailed`: those that failed)."""
        connector = self._named(request)
        include, only_failed = (
            request.query_params.get(key) == "true" for key in ("includeTasks", "onlyFailed")
        )

        def chosen(task: Task) -> bool:
            return include and (task.state == "FAILED" or not only_failed)

        await asyncio.to_thread(self.herder.restart, connector, chosen=chosen)
        return (
            json_response(self._status(connector), 202)
            if include or only_failed
            else Response(status_code=204)
        )

    async def restart_task(self, request: Request) -> Response:
        """Restart one task."""
        connector = self._named(request)
        number = _task(connector, request).number
        await asyncio.to_thread(self.herder.restart, connector, chosen=lambda task: task.number == number)
        return Response(status_code=204)

    def aiming(self, target: str) -> Handler:
        """The handler of pause, resume or stop."""

        async def aim(request: Request) -> Response:
            await asyncio.to_thread(self.herder.aim, self._named(request), target)
            return Response(status_code=204 if target == STOPPED else 202)

        return aim

    async def _put(self, name: str, config: dict[str, str]) -> Connector:
        found = validation.errors(config)
        if found:
            raise RestError(400, validation.summary(found))
        await self._prove(config)
        return await asyncio.to_thread(self.herder.put, name, config)

    async def _prove(self, config: dict[str, str]) -> None:
        # The connector throws a ConfigException out of its validation, which Connect answers with 500.
        problem = await asyncio.to_thread(self.herder.check, config)
        if problem:
            raise RestError(500, problem)

    def _named(self, request: Request) -> Connector:
        name = request.path_params["name"]
        connector = self.herder.get(name)
        if connector is None:
            raise RestError(404, f"Connector {name} not found")
        return connector

    def _group(self, connector: Connector) -> Group:
        return Group(self.herder.settings.bootstrap, f"connect-{connector.name}")

    def _status(self, connector: Connector) -> dict[str, Any]:
        own = {"state": connector.state, "worker_id": self.worker_id}
        if connector.trace:
            own["trace"] = connector.trace
        tasks = [self._task_status(task) for task in connector.tasks]
        return {"name": connector.name, "connector": own, "tasks": tasks, "type": "sink"}

    def _task_status(self, task: Task) -> dict[str, Any]:
        status: dict[str, Any] = {"id": task.number, "state": task.state, "worker_id": self.worker_id}
        return status | ({"trace": task.trace} if task.trace else {})


def _information(connector: Connector) -> dict[str, Any]:
    return {
        "name": connector.name,
        "config": connector.stored.config,
        "tasks": [{"connector": connector.name, "task": task.number} for task in connector.tasks],
        "type": "sink",
    }


def _task(connector: Connector, request: Request) -> Task:
    number = request.path_params["task"]
    for task in connector.tasks:
        if task.number == number:
            return task
    raise RestError(404, f"No status found for task {connector.name}-{number}")
