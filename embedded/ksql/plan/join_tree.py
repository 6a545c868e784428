"""The tree of a query's joins, and the columns that can name their keys."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from embedded.ksql.errors import InvalidError
from embedded.ksql.language import tree
from embedded.ksql.language.show import show
from embedded.ksql.language.statements import Join, Within
from embedded.ksql.language.tree import Expression
from embedded.ksql.plan.resolve import Aliased, Scope
from embedded.ksql.plan.steps import JoinKind


@dataclass(frozen=True, slots=True)
class Info:
    """One join: sources, their sides of the condition, whether the condition was written in reverse."""

    left: Aliased
    left_on: Expression
    right: Aliased
    right_on: Expression
    kind: JoinKind
    within: Within | None
    flipped: bool = field(kw_only=True)

    def turned(self) -> "Info":
        """The same join with its sides exchanged."""
        return Info(
            self.right,
            self.right_on,
            self.left,
            self.left_on,
            self.kind,
            self.within,
            flipped=not self.flipped,
        )

    @property
    def condition(self) -> str:
        """The condition as it was written."""
        sides = (self.right_on, self.left_on) if self.flipped else (self.left_on, self.right_on)
        return f"{show(sides[0])} = {show(sides[1])}"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A source."""

    source: Aliased


@dataclass(frozen=True, slots=True)
class Joined:
    """A join of what is on its left with one more source."""

    left: "Leaf | Joined"
    right: Leaf
    info: Info


def holds(node: Leaf | Joined, source: Aliased) -> bool:
    """Whether a source is in a tree."""
    if isinstance(node, Leaf):
        return node.source == source
    return holds(node.left, source) or holds(node.right, source)


def partition_count(node: Leaf | Joined) -> int:
    """How many partitions a side's topic has."""
    return node.source.source.partitions if isinstance(node, Leaf) else partition_count(node.right)


def leftmost(node: Leaf | Joined) -> str:
    """The alias of the leftmost source."""
    return node.source.alias if isinstance(node, Leaf) else leftmost(node.left)


def equal_to_key(node: Leaf | Joined) -> list[Expression]:
    """The expressions that are equal to the join's key."""
    if isinstance(node, Leaf) or node.info.kind == "OUTER":
        return []
    keys = [node.info.left_on, node.info.right_on]
    lefts = equal_to_key(node.left)
    return [*keys, *lefts] if any(key in lefts for key in keys) else keys


def viable_keys(node: Leaf | Joined) -> list[tree.Column]:
    """The columns that can name the join's key."""
    if isinstance(node, Leaf) or node.info.kind == "OUTER":
        return []
    equal = equal_to_key(node)
    candidates = [*viable_keys(node.left), node.info.left_on, node.info.right_on]
    columns = [c for c in candidates if isinstance(c, tree.Column) and c in equal]
    return list(dict.fromkeys(columns))


def _infos(joins: Sequence[Join], scope: Scope) -> list[Info]:
    infos: list[Info] = []
    for index, each in enumerate(joins):
        joined_source = scope.sources[index + 1]
        condition = each.condition
        if not isinstance(condition, tree.Comparison):
            if isinstance(condition, tree.Logical):
                raise InvalidError(
                    "Invalid join condition: joins on multiple conditions are not yet supported. "
                    f"Got {show(condition)}."
                )
            raise InvalidError(f"Unsupported join expression: {show(condition)}")
        if condition.operator != "=":
            raise InvalidError("Only equality join criteria is supported.")
        left = _only(condition.left, condition, scope)
        right = _only(condition.right, condition, scope)
        if left == right:
            raise InvalidError(
                "Each side of the join must reference exactly one source and not the same source. "
                f"Left side references `{left.alias}` and right references `{right.alias}`"
            )
        _check_windows(left, right)
        if joined_source not in (left, right):
            raise InvalidError(
                f"A join criteria is expected to reference the source (`{joined_source.alias}`) in the FROM "
                f"clause, instead the right source references `{right.alias}` and the left source references "
                f"`{left.alias}`"
            )
        flipped = right.alias == scope.sources[0].alias
        info = Info(left, condition.left, right, condition.right, each.kind, each.within, flipped=False)
        if flipped:
            info = Info(right, condition.right, left, condition.left, each.kind, each.within, flipped=True)
        infos.append(info)
    return infos


def _only(side: Expression, condition: Expression, scope: Scope) -> Aliased:
    used = scope.check(side, "JOIN ON")
    if len(used) != 1:
        raise InvalidError(
            f"Invalid comparison expression '{show(side)}' in join '{show(condition)}'. Each side of the "
            "join comparision must contain references from exactly one source."
        )
    found = scope.by_alias(used.pop())
    assert found is not None  # noqa: S101 - `check` has found it
    return found


def _check_windows(left: Aliased, right: Aliased) -> None:
    a, b = left.source.window, right.source.window
    if (a is None) != (b is None):
        raise InvalidError(
            "Can not join windowed source to non-windowed source.\n"
            f"`{left.alias}` is {a.kind if a else 'not'} windowed\n"
            f"`{right.alias}` is {b.kind if b else 'not'} windowed"
        )
    if a is not None and b is not None and (a.kind == "SESSION") != (b.kind == "SESSION"):
        raise InvalidError(
            f"Incompatible windowed sources.\nLeft source: {a.kind}\nRight source: {b.kind}\n"
            "Session windowed sources can only be joined to other session windowed sources; hopping and "
            "tumbling windowed sources to hopping and tumbling ones."
        )


def tree_of(joins: Sequence[Join], scope: Scope) -> Joined:
    """The tree of these joins.

    Raises:
        InvalidError: ksqlDB's rules of joins are broken.
    """
    found = _infos(joins, scope)
    root: Leaf | Joined = Leaf(found[0].left)
    for info in found:
        known_left, known_right = holds(root, info.left), holds(root, info.right)
        if known_left and known_right:
            raise InvalidError(f"Cannot perform circular join: {info.condition}")
        if known_left:
            root = Joined(root, Leaf(info.right), info)
        elif known_right:
            root = Joined(root, Leaf(info.left), info.turned())
        else:
            raise InvalidError(
                "Cannot build JOIN tree; neither source in the join is the FROM source or included in a "
                f"previous JOIN: {info.condition}"
            )
    assert isinstance(root, Joined)  # noqa: S101 - there is at least one join
    return root
