"""The commands after the first pipe. Each turns rows into rows; what is not here is refused by name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Final

from embedded.splunk.errors import SearchError
from embedded.splunk.search import stats
from embedded.splunk.search.fieldlists import listed, selecting
from embedded.splunk.search.lexer import Word, words
from embedded.splunk.search.rows import Row, values
from embedded.splunk.search.sorting import sorting

Rows = Iterator[Row]


@dataclass(frozen=True)
class Command:
    """One step of a pipeline. A transforming one makes a table, whose rows are events no longer."""

    apply: Callable[[Rows], Rows]
    transforming: bool = False
    columns: tuple[str, ...] = ()


def parse(text: str) -> Command:
    """The step that one command of a pipeline stands for.

    Raises:
        SearchError: an unknown command, or arguments that are not supported.
    """
    name, _, rest = text.partition(" ")
    if not name:
        raise SearchError("Missing a search command before '|'.")
    build = _COMMANDS.get(name.lower())
    if build is None:
        raise SearchError(f"Unknown search command '{name}'.")
    return build(words(rest))


def _dedup(arguments: list[Word]) -> Command:
    count = 1
    if arguments and arguments[0].text.isdigit():
        count, arguments = int(arguments[0].text), arguments[1:]
    fields = listed("dedup", arguments)
    if "sortby" in fields:
        raise SearchError("Error in 'dedup' command: sortby is not supported here; sort first.")
    if not fields:
        raise SearchError("Error in 'dedup' command: No fields are specified.")
    if count < 1:
        raise SearchError("Error in 'dedup' command: The number of events must be positive.")

    def apply(rows: Rows) -> Rows:
        seen: dict[tuple[tuple[str, ...], ...], int] = {}
        for row in rows:
            key = tuple(tuple(values(row, field)) for field in fields)
            if not all(key) or seen.get(key, 0) == count:
                continue
            seen[key] = seen.get(key, 0) + 1
            yield row

    return Command(apply)


def _head(arguments: list[Word]) -> Command:
    if [word.text for word in arguments[:2]] == ["limit", "="]:
        arguments = arguments[2:]
    if len(arguments) > 1 or (arguments and not arguments[0].text.isdigit()):
        raise SearchError("Error in 'head' command: only a number of events is supported here.")
    limit = int(arguments[0].text) if arguments else 10
    return Command(lambda rows: islice(rows, limit))


def _fields(arguments: list[Word]) -> Command:
    keep = True
    if arguments and arguments[0].text in {"+", "-"}:
        keep, arguments = arguments[0].text == "+", arguments[1:]
    names = listed("fields", arguments)
    if not names:
        raise SearchError("Error in 'fields' command: Invalid argument: no fields are specified.")
    return Command(partial(selecting, names=names, keep=keep))


def _table(arguments: list[Word]) -> Command:
    names = listed("table", arguments)
    if not names:
        raise SearchError("Error in 'table' command: Invalid argument: no fields are specified.")
    columns = tuple(name for name in names if "*" not in name)
    return Command(
        partial(selecting, names=names, keep=True, internal=False), transforming=True, columns=columns
    )


def _spath(arguments: list[Word]) -> Command:
    if arguments and [word.text for word in arguments] != ["input", "=", "_raw"]:
        raise SearchError(
            "Error in 'spath' command: arguments are not supported here; JSON is extracted anyway."
        )
    return Command(lambda rows: rows)


def _stats(arguments: list[Word]) -> Command:
    aggregation = stats.parse(arguments)
    return Command(aggregation.apply, transforming=True, columns=aggregation.columns)


_COMMANDS: Final[dict[str, Callable[[list[Word]], Command]]] = {
    "dedup": _dedup,
    "fields": _fields,
    "head": _head,
    "sort": lambda arguments: Command(sorting(arguments)),
    "spath": _spath,
    "stats": _stats,
    "table": _table,
}
