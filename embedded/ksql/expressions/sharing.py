"""Parts that a projection asks for again and again: found once, so that each row computes them once."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from embedded.ksql.language import tree
from embedded.ksql.language.tree import Expression

_WORTHWHILE: Final = (tree.Arithmetic, tree.Call, tree.Dereference, tree.Subscript)
_FIRST_ONLY: Final = frozenset({"COALESCE", "IFNULL"})
"""Functions whose other arguments are not always asked for."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A part of one or more expressions, with all the nodes that say the same."""

    part: Expression
    places: Sequence[Expression]


def shared(expressions: Sequence[Expression]) -> list[Shared]:
    """The parts that every row needs more than once, the inner ones before those that contain them."""
    wanted: Counter[str] = Counter()
    for each in expressions:
        _count(each, wanted)
    places: dict[str, list[Expression]] = {text: [] for text, count in wanted.items() if count > 1}
    if not places:
        return []
    for each in expressions:
        for node in _leaves_first(each):
            if isinstance(node, _WORTHWHILE) and (found := places.get(repr(node))) is not None:
                found.append(node)
    ordered = sorted(places.values(), key=lambda nodes: sum(1 for _ in tree.walk(nodes[0])))
    return [Shared(nodes[0], nodes) for nodes in ordered if _is_repeatable(nodes[0])]


def _count(node: Expression, wanted: Counter[str]) -> None:
    """Counts what is always computed; what is inside of a repetition has been counted with the first."""
    if isinstance(node, _WORTHWHILE):
        text = repr(node)  # unlike equality, it tells 0.0 from -0.0
        wanted[text] += 1
        if wanted[text] > 1:
            return
    for child in _always(node):
        _count(child, wanted)


def _always(node: Expression) -> Iterable[Expression]:
    """The parts of a node that are computed whatever the row is."""
    match node:
        case tree.Lambda():
            return ()
        case tree.Case(whens):
            return (whens[0].condition,)
        case tree.Logical(_, left, _) | tree.Comparison(_, left, _):
            return (left,)
        case tree.Call(function, arguments) if function in _FIRST_ONLY:
            return arguments[:1]
        case _:
            return tree.children(node)


def _leaves_first(node: Expression) -> Iterator[Expression]:
    for child in tree.children(node):
        yield from _leaves_first(child)
    yield node


def _is_repeatable(part: Expression) -> bool:
    """Whether two computations are sure to give the same; a function of nothing, as RANDOM(), may not."""
    return not any(
        isinstance(each, tree.LambdaArgument) or (isinstance(each, tree.Call) and not each.arguments)
        for each in tree.walk(part)
    )
