"""The parser of SELECT."""

from typing import Literal

from embedded.ksql.errors import InvalidError
from embedded.ksql.language import tree
from embedded.ksql.language.expressions import expression, value_expression
from embedded.ksql.language.statements import Join, Relation, Select, SelectItem, WindowClause, Within
from embedded.ksql.language.stream import TokenStream


def select(reader: TokenStream) -> Select:
    """SELECT … FROM … with all its clauses."""
    reader.expect("SELECT")
    items = [_item(reader)]
    while reader.accept(","):
        items.append(_item(reader))
    reader.expect("FROM")
    source = _relation(reader)
    joins: list[Join] = []
    while (kind := _join_kind(reader)) is not None:
        joins.append(_join(reader, kind))
    window = _window(reader) if reader.accept("WINDOW") else None
    where = expression(reader) if reader.accept("WHERE") else None
    group_by = _expressions(reader) if reader.accept("GROUP", "BY") else ()
    partition_by = _expressions(reader) if reader.accept("PARTITION", "BY") else ()
    having = expression(reader) if reader.accept("HAVING") else None
    emit: Literal["", "CHANGES", "FINAL"] = ""
    if reader.accept("EMIT"):
        if reader.accept("CHANGES"):
            emit = "CHANGES"
        else:
            reader.expect("FINAL")
            emit = "FINAL"
    limit = _limit(reader) if reader.accept("LIMIT") else None
    _check_sources(items, [source, *(join.relation for join in joins)])
    return Select(
        items=tuple(items),
        source=source,
        joins=tuple(joins),
        window=window,
        where=where,
        group_by=group_by,
        partition_by=partition_by,
        having=having,
        emit=emit,
        limit=limit,
    )


def _limit(reader: TokenStream) -> int:
    place = reader.place
    number = reader.integer()
    if number < 0:
        raise InvalidError("LIMIT must not be negative", line=place.line, column=place.column)
    return number


def _item(reader: TokenStream) -> SelectItem:
    place = reader.place
    if reader.accept("*"):
        return SelectItem(None, star="all", place=place)
    if reader.at_identifier() and reader.peek(1).text == "." and reader.peek(2).text == "*":
        source = reader.identifier()
        reader.expect(".", "*")
        return SelectItem(None, star="all", source=source, place=place)
    value = expression(reader)
    if reader.accept("->", "*"):
        return SelectItem(value, star="struct", place=place)
    alias = None
    if reader.accept("AS") or reader.at_identifier():
        alias = reader.identifier()
    return SelectItem(value, alias, place=place)


def _relation(reader: TokenStream) -> Relation:
    place = reader.place
    name = reader.source_name()
    alias = name
    if reader.accept("AS") or (reader.at_identifier() and not _clause_follows(reader)):
        alias = reader.source_name()
    return Relation(name, alias, place=place)


def _clause_follows(reader: TokenStream) -> bool:
    """Whether an unreserved word begins a clause here rather than being an alias."""
    return reader.at("EMIT", "CHANGES") or reader.at("EMIT", "FINAL") or reader.at("PARTITION", "BY")


def _join_kind(reader: TokenStream) -> Literal["INNER", "LEFT", "RIGHT", "OUTER"] | None:
    if reader.accept("JOIN") or reader.accept("INNER", "JOIN"):
        return "INNER"
    for word, kind in (("FULL", "OUTER"), ("LEFT", "LEFT"), ("RIGHT", "RIGHT")):
        if reader.accept(word):
            reader.accept("OUTER")
            reader.expect("JOIN")
            return kind  # type: ignore[return-value]
    return None


def _join(reader: TokenStream, kind: Literal["INNER", "LEFT", "RIGHT", "OUTER"]) -> Join:
    relation = _relation(reader)
    within = _within(reader) if reader.accept("WITHIN") else None
    reader.expect("ON")
    return Join(kind, relation, within, expression(reader))


def _within(reader: TokenStream) -> Within:
    if reader.accept("("):
        before = reader.duration()
        reader.expect(",")
        after = reader.duration()
        reader.expect(")")
    else:
        before = after = reader.duration()
    return Within(before, after, _grace(reader))


def _grace(reader: TokenStream) -> int | None:
    return reader.duration() if reader.accept("GRACE", "PERIOD") else None


def _window(reader: TokenStream) -> WindowClause:
    place = reader.place
    if reader.token.kind == "word" and reader.peek().text in {"TUMBLING", "HOPPING", "SESSION"}:
        reader.identifier()
    if reader.accept("TUMBLING", "("):
        reader.expect("SIZE")
        size = reader.duration()
        return _window_end(reader, "TUMBLING", size, size, place)
    if reader.accept("HOPPING", "("):
        reader.expect("SIZE")
        size = reader.duration()
        reader.expect(",", "ADVANCE", "BY")
        return _window_end(reader, "HOPPING", size, reader.duration(), place)
    reader.expect("SESSION", "(")
    gap = reader.duration()
    return _window_end(reader, "SESSION", gap, gap, place)


def _window_end(
    reader: TokenStream,
    kind: Literal["TUMBLING", "HOPPING", "SESSION"],
    size: int,
    advance: int,
    place: tree.Place,
) -> WindowClause:
    retention = grace = None
    if reader.at(",", "RETENTION"):
        reader.expect(",", "RETENTION")
        retention = reader.duration()
    if reader.at(",", "GRACE"):
        reader.expect(",")
        grace = _grace(reader)
    reader.expect(")")
    return WindowClause(kind, size, advance, grace, retention, place=place)


def _expressions(reader: TokenStream) -> tuple[tree.Expression, ...]:
    """What follows GROUP BY or PARTITION BY: a list, in parentheses or not."""
    plain = reader.attempt(lambda: _plain_list(reader))
    if plain is not None:
        return plain
    reader.expect("(")
    inner: list[tree.Expression] = []
    while not reader.accept(")"):
        if inner:
            reader.expect(",")
        inner.append(value_expression(reader))
    return tuple(inner)


def _plain_list(reader: TokenStream) -> tuple[tree.Expression, ...]:
    found = [value_expression(reader)]
    while reader.accept(","):
        found.append(value_expression(reader))
    return tuple(found)


def _check_sources(items: list[SelectItem], relations: list[Relation]) -> None:
    known = {relation.alias for relation in relations} | {relation.name for relation in relations}
    for item in items:
        if item.source is not None and item.source not in known:
            raise InvalidError(
                f"'{item.source}' is not a valid stream/table name or alias.",
                line=item.place.line,
                column=item.place.column,
            )
