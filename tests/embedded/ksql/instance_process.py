"""An instance of the KSQL stand-in as its users meet it: a process with a port, which can be killed."""

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from embedded.kafka.broker import free_port
from embedded.ksql.settings import Settings

DEADLINE = 60.0


class InstanceProcess:
    """One instance with a state folder of its own; `start` and `kill` as often as wanted."""

    def __init__(self, bootstrap: str, service_id: str, folder: Path, **settings: Any) -> None:
        folder.mkdir()
        self._config = folder / "ksql.json"
        self._log = folder / "log"
        configured = Settings(
            bootstrap=bootstrap,
            port=free_port(),
            state_dir=folder / "state",
            service_id=service_id,
            **settings,
        )
        self._config.write_text(configured.model_dump_json(), encoding="utf-8")
        self.url = f"http://127.0.0.1:{configured.port}"
        self.client = httpx.Client(base_url=self.url, timeout=DEADLINE)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process; wait until it is ready for statements."""
        with self._log.open("ab") as log:
            command = [sys.executable, "-m", "embedded.ksql", "--config", str(self._config)]
            self.process = subprocess.Popen(command, stderr=log, stdin=subprocess.DEVNULL, stdout=log)
        deadline = time.monotonic() + DEADLINE
        while not self._answers():
            assert self.process.poll() is None, self.log
            assert time.monotonic() < deadline, self.log
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            return self.client.get("/info").is_success
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """`kill -9`."""
        assert self.process
        self.process.kill()
        self.process.wait(DEADLINE)

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        assert self.process
        self.process.terminate()
        return self.process.wait(DEADLINE)

    def close(self) -> None:
        """Leave nothing running."""
        self.client.close()
        if self.process and self.process.poll() is None:
            self.kill()

    @property
    def log(self) -> str:
        """What the instance has logged."""
        return self._log.read_text(encoding="utf-8")

    def ksql(self, sql: str, **body: Any) -> list[dict[str, Any]]:
        """The answers to statements that are right."""
        response = self.client.post("/ksql", json={"ksql": sql, **body})
        assert response.is_success, f"{response.text}\n{self.log}"
        return list(response.json())

    def refused(self, sql: str, **body: Any) -> tuple[int, dict[str, Any]]:
        """The HTTP status and the error that answers a statement that is wrong."""
        response = self.client.post("/ksql", json={"ksql": sql, **body})
        assert not response.is_success, response.text
        return response.status_code, dict(response.json())
