"""A machine of which only a recording is there: what it saw is replayed, nothing is built."""

import pulumi


class RecordedMachine(pulumi.ComponentResource):
    """A role of the lab (`Zeek server`, `Windows client`) whose events come from a recording.

    `source` says so, for people who look at the stack's outputs.
    """

    source: pulumi.Output[str]
    host: pulumi.Output[str]

    def __init__(self, name: str, role: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lab:machines:Recorded", name, {}, opts)
        self.source = pulumi.Output.from_input("recorded")
        self.host = pulumi.Output.from_input("")
        self.register_outputs({"role": role, "events": "from a recording: ./lab replay"})
