"""From what is there to what is wanted: which statements go, last first, and which are made, in order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from infra.pipeline.ksql.statements import Statement


@dataclass(frozen=True)
class Changes:
    """What to drop, last made first; what to make, in the order of the files; what stays as it is."""

    drop: tuple[Statement, ...]
    make: tuple[Statement, ...]
    keep: tuple[Statement, ...]


def plan(have: Sequence[Statement], broken: frozenset[str], wanted: Sequence[Statement]) -> Changes:
    """Work out the least that has to be done.

    A statement is made anew when its text or properties changed, when it is broken, and when it stands on one
    that is made anew: ksqlDB drops nothing that others read.

    Args:
        have: the statements that are in force, in the order in which they were made.
        broken: the keys of those whose stream is gone or whose query does not run.
        wanted: the statements that shall be in force.
    """
    there = {statement.key: statement for statement in have}
    going = {
        key
        for key, statement in there.items()
        if key in broken or not any(key == other.key and statement.same_as(other) for other in wanted)
    }
    coming = {statement.key for statement in wanted if statement.key not in there}
    while True:
        unstable = going | coming
        more = _standing_on(have, unstable) | _standing_on(wanted, unstable)
        if more <= unstable:
            break
        going |= more & there.keys()
        coming |= more - there.keys()
    return Changes(
        drop=tuple(statement for statement in reversed(have) if statement.key in going),
        make=tuple(s for s in wanted if s.key in going or s.key in coming),
        keep=tuple(s for s in wanted if s.key not in going and s.key not in coming),
    )


def _standing_on(statements: Iterable[Statement], keys: set[str]) -> set[str]:
    """The keys of the statements that name what statements with these keys make."""
    statements = list(statements)
    names = {s.name for s in statements if s.key in keys and s.kind != "INSERT"}
    return {s.key for s in statements if s.key in keys or names.intersection(s.reads)}
