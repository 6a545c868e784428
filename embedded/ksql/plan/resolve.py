"""Column references of a query resolved: which source each belongs to, and the aliases of its results."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from embedded.ksql.catalog import Source
from embedded.ksql.errors import InvalidError
from embedded.ksql.functions.registry import tables
from embedded.ksql.language import tree
from embedded.ksql.language.show import show
from embedded.ksql.language.statements import Relation, Select, SelectItem
from embedded.ksql.language.tree import Expression
from embedded.ksql.plan.names import AliasGenerator, joined, may_be_join_key
from embedded.ksql.plan.schema import BOUNDS, PSEUDO, SYSTEM, source_schema


@dataclass(frozen=True, slots=True)
class Aliased:
    """A source under the alias that a query gives it.

    `columns` are the names of its columns, pseudo columns and window bounds included.
    """

    alias: str
    source: Source
    columns: frozenset[str]


class Scope:
    """The sources of a query.

    Raises:
        InvalidError: one is unknown, or occurs twice.
    """

    def __init__(self, relations: Iterable[Relation], sources: Mapping[str, Source]) -> None:
        self.sources: list[Aliased] = []
        for relation in relations:
            source = sources.get(relation.name)
            place = {"line": relation.place.line, "column": relation.place.column}
            if source is None:
                raise InvalidError(f"{relation.name} does not exist.{_hint(relation.name, sources)}", **place)  # type: ignore[arg-type]
            if any(known.source.name == source.name for known in self.sources):
                if len(self.sources) > 1:
                    raise InvalidError(
                        "N-way joins do not support multiple occurrences of the same source. "
                        f"Source: '{source.name}'.",
                        **place,  # type: ignore[arg-type]
                    )
                raise InvalidError(
                    f"Can not join '{source.name}' to '{source.name}': self joins are not yet supported.",
                    **place,  # type: ignore[arg-type]
                )
            if any(known.alias == relation.alias for known in self.sources):
                raise InvalidError(f"Duplicate alias: {relation.alias}", **place)  # type: ignore[arg-type]
            names = frozenset(source_schema(source).columns())
            self.sources.append(Aliased(relation.alias, source, names))

    @property
    def is_join(self) -> bool:
        """Whether there is more than one source."""
        return len(self.sources) > 1

    def by_alias(self, alias: str) -> Aliased | None:
        """The source under that alias, or of that name."""
        for each in self.sources:
            if each.alias == alias:
                return each
        return None

    def holders(self, column: str) -> list[Aliased]:
        """The sources that have a column of that name."""
        return [each for each in self.sources if column in each.columns]

    def qualify(self, node: Expression) -> Expression:
        """`node` with every column reference given its source's alias.

        Raises:
            InvalidError: a name is in more than one source, or a source is unknown.
        """

        def change(each: Expression) -> Expression | None:
            if not isinstance(each, tree.Column):
                return None
            if each.source is not None:
                if self.by_alias(each.source) is None:
                    raise InvalidError(
                        f"'{each.source}' is not a valid stream/table name or alias.",
                        line=each.place.line,
                        column=each.place.column,
                    )
                return each
            holders = self.holders(each.name)
            if len(holders) > 1:
                could = " or ".join(f"{h.alias}.{each.name}" for h in holders)
                raise InvalidError(
                    f"Column '{each.name}' is ambiguous. Could be {could}.",
                    line=each.place.line,
                    column=each.place.column,
                )
            return replace(each, source=holders[0].alias) if holders else each

        return tree.rewrite(node, change)

    def check(
        self,
        node: Expression,
        clause: str,
        *,
        hint: str = "",
        synthetic: bool = False,
        windowed: bool = False,
    ) -> set[str]:
        """The aliases that the columns of `node` come from.

        Raises:
            InvalidError: a column is in no source.
        """
        used: set[str] = set()
        for column in tree.columns(node):
            source = None if column.source is None else self.by_alias(column.source)
            if column.source is None:
                found = bool(self.holders(column.name))
                if not found and synthetic and self.is_join and may_be_join_key(column.name):
                    continue
                if not found and windowed and column.name in BOUNDS:
                    if clause == "SELECT":
                        continue
                    raise InvalidError(
                        f"Window bounds column {column.name} can only be used in the SELECT clause of "
                        f"windowed aggregations, not in {clause}.",
                        line=column.place.line,
                        column=column.place.column,
                    )
            else:
                found = source is not None and column.name in source.columns
            if not found:
                raise InvalidError(
                    f"{clause} column '{show(column)}' cannot be resolved.{hint}",
                    line=column.place.line,
                    column=column.place.column,
                )
            used.add(column.source or self.holders(column.name)[0].alias)
        return used

    def flat(self, node: Expression) -> Expression:
        """`node` with qualified references replaced by the names that columns have in steps."""

        def change(each: Expression) -> Expression | None:
            if isinstance(each, tree.Column) and each.source is not None:
                name = joined(each.source, each.name) if self.is_join else each.name
                return tree.Column(name, place=each.place)
            return None

        return tree.rewrite(node, change)


def _hint(name: str, sources: Mapping[str, Source]) -> str:
    close = [known for known in sources if known.upper() == name.upper()]
    return (
        f' Did you mean "{close[0]}"? Hint: wrap the source name in double quotes to make it case-sensitive.'
        if close
        else ""
    )


def resolve(query: Select, scope: Scope, *, persistent: bool) -> Select:
    """The query with references qualified, lambdas checked, and an alias for every single expression.

    Raises:
        InvalidError: an unknown or ambiguous column, a reserved alias.
    """
    used = [field.name for each in scope.sources for field in _declared(each.source)]
    aliases = AliasGenerator(used)
    items = tuple(_item(item, scope, aliases, persistent=persistent) for item in query.items)
    resolved = replace(
        query,
        items=items,
        where=None if query.where is None else scope.qualify(query.where),
        group_by=tuple(scope.qualify(each) for each in query.group_by),
        partition_by=tuple(scope.qualify(each) for each in query.partition_by),
        having=None if query.having is None else scope.qualify(query.having),
        joins=tuple(replace(join, condition=scope.qualify(join.condition)) for join in query.joins),
    )
    _check_columns(resolved, scope)
    return resolved


def _declared(source: Source) -> tuple[tree.Column, ...]:
    return tuple(tree.Column(column.name) for column in source.columns)


def _item(item: SelectItem, scope: Scope, aliases: AliasGenerator, *, persistent: bool) -> SelectItem:
    if item.expression is None:
        if item.source is not None and scope.by_alias(item.source) is None:
            raise InvalidError(
                f"'{item.source}' is not a valid stream/table name or alias.",
                line=item.place.line,
                column=item.place.column,
            )
        return item
    _check_lambdas(item.expression, scope)
    expression = scope.qualify(item.expression)
    if item.star == "struct":
        return replace(item, expression=expression)
    alias = item.alias
    if alias is None:
        if isinstance(expression, tree.Column):
            clashes = expression.source is not None and len(scope.holders(expression.name)) > 1
            alias = joined(str(expression.source), expression.name) if clashes else expression.name
        else:
            alias = aliases.alias(expression)
    _check_reserved(expression, alias, persistent=persistent)
    return replace(item, expression=expression, alias=alias)


def _check_reserved(expression: Expression, alias: str, *, persistent: bool) -> None:
    if alias.upper() not in SYSTEM:
        return
    name = expression.name if isinstance(expression, tree.Column) else ""
    if name.upper() != alias.upper():
        raise InvalidError(
            f"`{alias.upper()}` is a reserved column name. You cannot use it as an alias for a column."
        )
    if persistent:
        raise InvalidError(
            f"Reserved column name in select: `{alias.upper()}`. Please remove or alias the column."
        )


def _check_lambdas(node: Expression, scope: Scope) -> None:
    for each in tree.walk(node):
        if isinstance(each, tree.Lambda):
            for argument in each.arguments:
                if any(argument in {c.name for c in s.source.columns} for s in scope.sources):
                    raise InvalidError(f"Lambda function argument can't be a column name: {argument}")


def _check_columns(query: Select, scope: Scope) -> None:
    windowed = query.window is not None
    if query.where is not None:
        scope.check(query.where, "WHERE", windowed=windowed)
    for each in query.group_by:
        scope.check(each, "GROUP BY", windowed=windowed)
    for each in query.partition_by:
        scope.check(
            each,
            "PARTITION BY",
            hint=f" '{show(each)}' must be a column in the source schema since PARTITION BY is applied on "
            "the input.",
        )
    if query.having is not None:
        scope.check(query.having, "HAVING", windowed=windowed)
    for item in query.items:
        if item.expression is not None and not item.star:
            scope.check(item.expression, "SELECT", synthetic=not query.group_by, windowed=windowed)


def is_system(name: str) -> bool:
    """Whether a column name is one of ksqlDB's own."""
    return name in PSEUDO or name in BOUNDS


def table_calls(node: Expression) -> list[tree.Call]:
    """The calls of table functions in an expression."""
    return [each for each in tree.walk(node) if isinstance(each, tree.Call) and each.function in tables]
