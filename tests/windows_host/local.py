"""The model of a Windows host without a network before it, for what does not concern the transport."""

import json

from infra.provision.command import Command, Result, Upload
from tests.windows_host import scripts
from tests.windows_host.model import WindowsHost


class LocalWindows:
    """A `Host` that runs our scripts on a model."""

    name = "model"

    def __init__(self, model: WindowsHost) -> None:
        self.model = model

    def run(self, command: Command) -> Result:
        """Run a script of ours."""
        given = json.loads(command.stdin or b"{}")
        code, out, err = self.model.run(scripts.name_of(given["script"]), given["parameters"])
        return Result(exit_code=code, stdout=out, stderr=err)

    def put(self, upload: Upload) -> None:
        """Put a file."""
        self.model.files[upload.path] = upload.content

    def close(self) -> None:
        """Nothing to give back."""
