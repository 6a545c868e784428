"""A Splunk index as a resource, with its size and retention."""

from typing import Any, Final

import pulumi
from pulumi.dynamic import Resource

from infra.errors import UnreachableError
from infra.pipeline.splunk.client import INDEXES, SplunkAccess
from infra.provider import LabProvider, Made

DAY_SECONDS: Final = 86_400


class IndexInputs(SplunkAccess):
    """An index: its name, the most that it keeps (MB), and for how long (seconds)."""

    name: str
    max_total_mb: int
    frozen_seconds: int

    @property
    def settings(self) -> dict[str, str]:
        """The settings by Splunk's names (indexes.conf)."""
        return {
            "maxTotalDataSizeMB": str(self.max_total_mb),
            "frozenTimePeriodInSecs": str(self.frozen_seconds),
        }


class IndexProvider(LabProvider[IndexInputs]):
    """Makes indexes."""

    inputs = IndexInputs
    replace_on = frozenset({"name", "url", "instance"})

    def make(self, wanted: IndexInputs) -> Made:
        """Make the index; one of that name is taken over with its events."""
        client = wanted.client()
        if client.get(INDEXES, wanted.name) is None:
            client.create(INDEXES, wanted.name, wanted.settings)
        else:
            client.update(INDEXES, wanted.name, wanted.settings)
        return Made(wanted.name)

    def find(self, made: Made, wanted: IndexInputs) -> Made | None:
        """Look the index up; a server that is down now tells nothing."""
        try:
            content = wanted.client().get(INDEXES, wanted.name)
        except UnreachableError:
            return made
        if content is None:
            return None
        return Made(
            made.id,
            {
                "max_total_mb": int(content["maxTotalDataSizeMB"]),
                "frozen_seconds": int(content["frozenTimePeriodInSecs"]),
            },
        )

    def change(self, made: Made, had: IndexInputs, wanted: IndexInputs) -> dict[str, Any]:
        """Change size and retention."""
        del made, had
        client = wanted.client()
        client.update(INDEXES, wanted.name, wanted.settings)
        return {}

    def remove(self, made: Made, had: IndexInputs) -> None:
        """Remove the index and its events."""
        had.client().delete(INDEXES, made.id)


class SplunkIndex(Resource, module="lab", name="SplunkIndex"):
    """An index for the lab's events."""

    name: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        access: dict[str, pulumi.Input[str]],
        *,
        name: str,
        max_total_mb: int,
        days: int,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        props = {**access, "name": name, "max_total_mb": max_total_mb, "frozen_seconds": days * DAY_SECONDS}
        super().__init__(IndexProvider(), resource_name, props, opts)
