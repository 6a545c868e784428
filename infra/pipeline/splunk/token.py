"""A token of Splunk's HTTP Event Collector as a resource. Splunk makes its value, unless one is given."""

from typing import Any

import pulumi
from pulumi.dynamic import Resource

from infra.errors import UnreachableError
from infra.pipeline.splunk.client import HEC_TOKENS, SplunkAccess
from infra.provider import LabProvider, Made


class TokenInputs(SplunkAccess):
    """A token: its name, the one index that it writes to, and whether its events are acknowledged."""

    name: str
    index: str
    use_ack: bool
    chosen: str = ""
    """The value to have; empty where Splunk makes it."""

    @property
    def settings(self) -> dict[str, str]:
        """The settings by Splunk's names (inputs.conf, [http://NAME])."""
        settings = {"index": self.index, "indexes": self.index, "useACK": "1" if self.use_ack else "0"}
        return {**settings, "token": self.chosen} if self.chosen else settings


class TokenProvider(LabProvider[TokenInputs]):
    """Makes tokens."""

    inputs = TokenInputs
    replace_on = frozenset({"name", "url", "instance"})

    def make(self, wanted: TokenInputs) -> Made:
        """Make the token; one of that name is taken over with its value."""
        client = wanted.client()
        if client.get(HEC_TOKENS, wanted.name) is None:
            content = client.create(HEC_TOKENS, wanted.name, wanted.settings)
        else:
            content = client.update(HEC_TOKENS, wanted.name, wanted.settings)
        return Made(wanted.name, {"value": content["token"]})

    def find(self, made: Made, wanted: TokenInputs) -> Made | None:
        """Look the token up; a server that is down now tells nothing."""
        try:
            content = wanted.client().get(HEC_TOKENS, wanted.name)
        except UnreachableError:
            return made
        if content is None:
            return None
        disabled = _truth(content.get("disabled", False))
        return Made(
            made.id,
            {
                "value": content["token"],
                "index": "disabled" if disabled else content["index"],
                "use_ack": _truth(content["useACK"]),
                **({"chosen": content["token"]} if wanted.chosen else {}),
            },
        )

    def change(self, made: Made, had: TokenInputs, wanted: TokenInputs) -> dict[str, Any]:
        """Change index, acknowledgement, and the value where another is given."""
        del made, had
        content = wanted.client().update(HEC_TOKENS, wanted.name, {**wanted.settings, "disabled": "0"})
        return {"value": content["token"]}

    def remove(self, made: Made, had: TokenInputs) -> None:
        """Remove the token: nobody can send with it any more."""
        had.client().delete(HEC_TOKENS, made.id)


def _truth(value: Any) -> bool:
    """Splunk writes truth values as JSON's, as 0 and 1, and as texts of both, by release and field."""
    return str(value).lower() in {"1", "true"}


class HecToken(Resource, module="lab", name="HecToken"):
    """A HEC token; `value` is a secret output."""

    value: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        access: dict[str, pulumi.Input[str]],
        *,
        name: str,
        index: pulumi.Input[str],
        use_ack: bool = True,
        chosen: pulumi.Input[str] = "",
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        props = {**access, "name": name, "index": index, "use_ack": use_ack, "chosen": chosen, "value": None}
        secret = pulumi.ResourceOptions(additional_secret_outputs=["value"])
        super().__init__(TokenProvider(), resource_name, props, pulumi.ResourceOptions.merge(opts, secret))
