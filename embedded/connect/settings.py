"""What a Connect worker is told when it starts."""

from typing import Final

from pydantic import BaseModel, ConfigDict, Field

STRING_CONVERTER: Final = "org.apache.kafka.connect.storage.StringConverter"
JSON_CONVERTER: Final = "org.apache.kafka.connect.json.JsonConverter"


class Settings(BaseModel):
    """The settings of one worker, read from the file that `--config` names.

    `config_topic` is a worker's `config.storage.topic`; `value_converter` is for connectors that name none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    bootstrap: str
    host: str = "127.0.0.1"
    port: int = Field(ge=0, le=65535)
    group_id: str = "connect"
    config_topic: str = "connect-configs"
    value_converter: str = STRING_CONVERTER
