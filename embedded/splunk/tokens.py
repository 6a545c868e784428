"""The HEC tokens: who may send, to which indexes, with which defaults."""

import hmac
import sqlite3

from pydantic import BaseModel, ConfigDict

from embedded.splunk.store import Store


class Token(BaseModel):
    """One HEC token, with the fields of inputs.conf's `[http://NAME]`. Empty `indexes` allow every index."""

    model_config = ConfigDict(frozen=True)

    name: str
    token: str
    index: str = "main"
    indexes: tuple[str, ...] = ()
    host: str = ""
    source: str = ""
    sourcetype: str = ""
    disabled: bool = False
    use_ack: bool = False
    allow_query_string_auth: bool = False

    def allows(self, index: str) -> bool:
        """Whether this token may send to an index of that name."""
        return not self.indexes or index in self.indexes


class Tokens:
    """All tokens, by name. A change returns after it is durable."""

    def __init__(self, store: Store) -> None:
        self._store = store
        with store.read() as connection:
            rows = connection.execute("SELECT definition FROM tokens").fetchall()
        tokens = [Token.model_validate_json(definition) for (definition,) in rows]
        self._by_name = {token.name: token for token in tokens}

    def get(self, name: str) -> Token | None:
        """The token of that name, None when there is none."""
        return self._by_name.get(name)

    def all(self) -> list[Token]:
        """Every token, sorted by name."""
        return sorted(self._by_name.values(), key=lambda token: token.name)

    def authenticate(self, secret: str) -> Token | None:
        """The token whose secret this is, compared in constant time."""
        given = secret.encode()
        for token in self._by_name.values():
            if hmac.compare_digest(token.token.encode(), given):
                return token
        return None

    def put(self, token: Token) -> None:
        """Create or replace a token."""

        def change(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT OR REPLACE INTO tokens VALUES (?, ?)", (token.name, token.model_dump_json())
            )

        self._store.write(change).result()
        self._by_name = {**self._by_name, token.name: token}

    def delete(self, name: str) -> None:
        """Remove a token."""

        def change(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM tokens WHERE name = ?", (name,))

        self._store.write(change).result()
        self._by_name = {key: token for key, token in self._by_name.items() if key != name}
