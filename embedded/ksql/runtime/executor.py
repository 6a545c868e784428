"""Carries statements out on a running instance: its own, and those of the other instances."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from embedded.ksql.engine import StatementResult
from embedded.ksql.query import Query
from embedded.ksql.runtime.commands import Command
from embedded.ksql.runtime.errors import RuntimeFailureError
from embedded.ksql.runtime.statements import Pausing, pausing
from embedded.ksql.runtime.worker import QueryFailedError

if TYPE_CHECKING:
    from embedded.ksql.runtime.instance import Instance

PATIENCE: Final = 10.0
"""Seconds that a PAUSE waits for others' records to be read, so that its place is exact."""


@dataclass(frozen=True, slots=True)
class Done:
    """A statement that was carried out; `command` is None for one that the command topic does not keep."""

    result: StatementResult | None
    command: Command | None
    message: str = ""


def execute(instance: Instance, sql: str, properties: Mapping[str, Any]) -> list[Done]:
    """Carry out the statements of `sql`, all or none of them.

    Raises:
        KsqlError: one is refused; nothing was changed.
        RuntimeFailureError: Kafka refused; what was written down before is carried out all the same.
    """
    pause = pausing(sql)
    if not instance.is_at_work:
        raise RuntimeFailureError("the instance is recovering; try again")
    if instance.transaction.opened is not None:
        instance.work.commit()
    if pause:
        return [_pause(instance, sql, pause)]
    results = instance.statements.execute(sql, properties)
    instance.stale = True
    if any(result.terminated for result in results) and instance.work.spent:
        instance.snapshot()
    done = [_carry_out(instance, result) for result in results]
    instance.stale = False
    instance.source.read_from(instance.queries.starts())
    return done


def _carry_out(instance: Instance, result: StatementResult) -> Done:
    command = None
    if result.is_kept:
        command = instance.statements.write(result)
        _apply(instance, result)
    elif result.kind == "INSERT_VALUES":
        instance.values.send(result.records, instance.cluster)
    return Done(result, command, result.message)


def _apply(instance: Instance, result: StatementResult) -> None:
    replaced = _replaced(result)
    if replaced:
        _await_others(instance)
        instance.queries.pause(replaced.id)
        at = instance.positions(replaced.id)
        instance.queries.stop(replaced.id, but_for={topic.name for topic in replaced.internal_topics})
        instance.queries.start(replaced, instance.statements.resets[replaced.id], at)
        return
    for query_id in result.terminated:
        instance.queries.stop(query_id)
        instance.progress.forget(query_id)
        instance.states.forget(query_id)
    instance.cluster.delete(result.delete_topics)
    if result.query and result.is_kept:
        try:
            instance.queries.start(result.query, instance.statements.resets[result.query.id])
        except QueryFailedError as error:
            instance.failed(error)


def _pause(instance: Instance, sql: str, pause: Pausing) -> Done:
    _await_others(instance)
    command, ids = instance.statements.write_pause(sql, pause)
    _apply_pause(instance, ids, pause)
    return Done(None, command, "Query resumed." if pause.resume else "Query paused.")


def _await_others(instance: Instance) -> None:
    """Read what others have written to topics that are handed on, so that a query's place is exact."""
    deadline = time.monotonic() + PATIENCE
    while not instance.queries.may_pause and time.monotonic() < deadline:
        instance.work.process(instance.source.take(0.05))
        instance.work.commit()
        instance.work.settle(look=False)
        instance.source.read_from(instance.queries.starts())


def _replaced(result: StatementResult) -> Query | None:
    """The query that takes the place of one of the same id."""
    return result.query if result.query and result.query.id in result.terminated else None


def _apply_pause(instance: Instance, ids: tuple[str, ...], pause: Pausing) -> None:
    for query_id in ids:
        if not pause.resume and instance.states[query_id].status == "RUNNING":
            instance.queries.pause(query_id)
    instance.set_paused(pause)
    instance.source.read_from(instance.queries.starts())


def follow(instance: Instance) -> None:
    """Carry out what other instances have written to the command topic."""
    for news in instance.statements.news():
        if isinstance(news, Pausing):
            ids = tuple(instance.engine.queries) if news.query_id == "ALL" else (news.query_id,)
            _apply_pause(instance, ids, news)
            continue
        for result in news:
            _apply(instance, result)
        instance.source.read_from(instance.queries.starts())
