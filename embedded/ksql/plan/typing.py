"""Types of expressions over a step's columns."""

from embedded.ksql import types
from embedded.ksql.errors import InvalidError
from embedded.ksql.expressions import instants
from embedded.ksql.expressions.compiler import Compiler
from embedded.ksql.functions.registry import aggregates, select
from embedded.ksql.functions.registry import tables as table_functions
from embedded.ksql.functions.signature import bind, is_generic, resolve
from embedded.ksql.language import tree
from embedded.ksql.language.show import show
from embedded.ksql.language.tree import Expression
from embedded.ksql.plan.schema import BOUNDS, ROWTIME, Schema
from embedded.ksql.types import Type


def type_of(node: Expression, schema: Schema) -> Type:
    """The type of an expression.

    Raises:
        InvalidError: it has none, or ksqlDB refuses it.
    """
    found = Compiler(schema.columns()).type_of(node)
    if found is None:
        raise InvalidError(
            "Can't infer a type of null. Please explicitly cast it to a required type, "
            "e.g. CAST(null AS VARCHAR).",
            line=node.place.line,
            column=node.place.column,
        )
    return found


def with_moments(node: Expression) -> Expression:  # noqa: C901 - a branch for each case
    """`node` with text compared to ROWTIME or window bounds replaced by its milliseconds."""

    def moment(each: Expression) -> Expression | None:
        if not (isinstance(each, tree.Constant) and isinstance(each.value, str)):
            return None
        try:
            return tree.Constant(instants.parse_timestamp(each.value), types.BIGINT, place=each.place)
        except ValueError as error:
            raise InvalidError(str(error), line=each.place.line, column=each.place.column) from error

    def special(each: Expression) -> bool:
        return isinstance(each, tree.Column) and each.name in {ROWTIME, *BOUNDS}

    def change(each: Expression) -> Expression | None:
        if isinstance(each, tree.Between) and special(each.value):
            low, high = moment(each.low), moment(each.high)
            if low is None and high is None:
                return None
            return tree.Between(each.value, low or each.low, high or each.high, place=each.place)
        if isinstance(each, tree.Comparison):
            if special(each.left):
                right = moment(each.right)
                return right and tree.Comparison(each.operator, each.left, right, place=each.place)
            if special(each.right):
                left = moment(each.left)
                return left and tree.Comparison(each.operator, left, each.right, place=each.place)
        return None

    return tree.rewrite(node, change)


def check_condition(node: Expression, schema: Schema, clause: str) -> None:
    """Raises InvalidError unless `node` is a BOOLEAN over these columns."""
    try:
        kind = Compiler(schema.columns(), null_on_error=False).type_of(with_moments(node))
    except InvalidError as error:
        error.message = f"Error in {clause} expression: {error.message}"
        raise
    if kind != types.BOOLEAN:
        raise InvalidError(
            f"Type error in {clause} expression: Should evaluate to boolean but is {show(node)} "
            f"({kind}) instead.",
            line=node.place.line,
            column=node.place.column,
        )


def table_function_type(call: tree.Call, schema: Schema) -> Type:
    """What a table function gives for each row.

    Raises:
        InvalidError: it does not take these arguments.
    """
    arguments = [Compiler(schema.columns()).type_of(each) for each in call.arguments]
    overload = select(call.function, table_functions[call.function], arguments, cast=False)
    if overload.returns is not None:
        return overload.returns(arguments)
    bound: dict[str, Type] = {}
    for parameter, argument in zip(overload.signature.expanded(len(arguments)) or (), arguments, strict=True):
        if argument is not None and is_generic(parameter):
            bind(parameter, argument, bound)
    try:
        return resolve(overload.signature.returns, bound)
    except KeyError:
        raise InvalidError(f"the result's type of {show(call)} cannot be inferred") from None


def is_aggregate(node: Expression) -> bool:
    """Whether an expression is a call of an aggregate."""
    return isinstance(node, tree.Call) and node.function in aggregates
