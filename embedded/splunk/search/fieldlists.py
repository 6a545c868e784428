"""Lists of field names in commands, with wildcards, and what they leave of a row."""

import re
from collections.abc import Iterator

from embedded.splunk.errors import SearchError
from embedded.splunk.search.lexer import Word
from embedded.splunk.search.rows import Row


def listed(command: str, arguments: list[Word]) -> list[str]:
    """The names, separated by commas or blanks.

    Raises:
        SearchError: anything else than names, for instance an option of the command.
    """
    names = [word.text for word in arguments if word.text != "," or word.quoted]
    for word in arguments:
        if word.operator and word.text != ",":
            raise SearchError(
                f"Error in '{command}' command: Invalid argument: options are not supported here."
            )
    return names


def selecting(rows: Iterator[Row], *, names: list[str], keep: bool, internal: bool = True) -> Iterator[Row]:
    """Rows with only these fields, or without them.

    `fields + names` keeps `_raw` and `_time` unless told otherwise (`internal`), `table` does not.
    """
    patterns = [re.compile(".*".join(map(re.escape, name.split("*")))) for name in names]

    def chosen(name: str) -> bool:
        if keep and internal and name.startswith("_"):
            return True
        if name.startswith("_") and name not in names:
            return not keep
        return any(pattern.fullmatch(name) for pattern in patterns) == keep

    order = {name: position for position, name in enumerate(names)}
    for row in rows:
        kept = [name for name in row if chosen(name)]
        if not internal:
            kept.sort(key=lambda name: order.get(name, len(order)))
        yield {name: row[name] for name in kept}
