"""Tables joined on a foreign key: question and answer pass between partitions, and survive a crash."""

import random
from collections.abc import Callable
from typing import Any

from tests.embedded.ksql.conftest import Topics, eventually
from tests.embedded.ksql.instance_process import InstanceProcess

OWNERS = 12
THINGS = 40


def statements(topics: Topics) -> str:
    return f"""
        CREATE TABLE things (id VARCHAR PRIMARY KEY, owner VARCHAR) WITH (
          KAFKA_TOPIC='{topics.named("things")}', VALUE_FORMAT='JSON', PARTITIONS=3);
        CREATE TABLE owners (owner VARCHAR PRIMARY KEY, name VARCHAR) WITH (
          KAFKA_TOPIC='{topics.named("owners")}', VALUE_FORMAT='JSON', PARTITIONS=2);
        CREATE TABLE owned WITH (KAFKA_TOPIC='{topics.named("owned")}') AS
          SELECT things.id AS id, things.owner AS owner, owners.name AS name
          FROM things JOIN owners ON things.owner = owners.owner EMIT CHANGES;
    """


def test_every_row_finds_the_row_that_it_names_wherever_that_is_and_after_a_crash(
    make_instance: Callable[..., InstanceProcess], topics: Topics
) -> None:
    first, second = make_instance(), make_instance()
    first.start()
    first.ksql(statements(topics))
    second.start()
    chance = random.Random(20261124)  # noqa: S311 - the same every time
    things: dict[str, str] = {}
    owners: dict[str, str] = {}
    for turn in range(300):
        thing, owner = f"thing {chance.randrange(THINGS)}", f"owner {chance.randrange(OWNERS)}"
        if chance.random() < 0.5:
            things[thing] = owner
            topics.send("things", {"OWNER": owner}, thing)
        elif chance.random() < 0.2:
            owners.pop(owner, None)
            topics.send("owners", None, owner)
        else:
            owners[owner] = f"name {turn}"
            topics.send("owners", {"NAME": owners[owner]}, owner)
        if turn == 150:
            topics.flush()
            first.kill()
    topics.flush()
    expected: dict[str, Any] = {
        thing: {"OWNER": owner, "NAME": owners[owner]} for thing, owner in things.items() if owner in owners
    }

    def joined() -> dict[str, Any]:
        rows: dict[str, Any] = {}
        for record in topics.read("owned"):
            assert record.key is not None
            rows[record.key.decode()] = record.value
        return {key: value for key, value in rows.items() if value is not None}

    eventually(lambda: joined() == expected, "the joined table is what the two tables say")
