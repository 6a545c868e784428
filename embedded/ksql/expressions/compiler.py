"""From expressions to Python: one pass that finds types, refuses what ksqlDB refuses, and writes code."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal as Exact
from typing import Any

from embedded.ksql import types
from embedded.ksql.errors import InvalidError, KsqlError
from embedded.ksql.expressions import binary
from embedded.ksql.expressions.casts import converter
from embedded.ksql.expressions.code import RUNTIME, Code, like_pattern
from embedded.ksql.expressions.coercion import coerce
from embedded.ksql.language import tree
from embedded.ksql.language.show import show
from embedded.ksql.language.tree import Expression
from embedded.ksql.types import Array, Map, Struct, Type

Columns = Mapping[str, tuple[int, Type]]


class Compiler:
    """Compiles expressions over the columns of one row.

    Args:
        columns: index in the row and type of each column by name.
        null_on_error: whether a failing part of an expression becomes null by itself (SELECT), or the
            whole expression fails (WHERE, GROUP BY).

    `names` collects what the code refers to. The row is called `r`.
    """

    def __init__(self, columns: Columns, *, null_on_error: bool = True) -> None:
        self.columns = columns
        self.null_on_error = null_on_error
        self.names: dict[str, object] = dict(RUNTIME)
        self.arguments: dict[str, tuple[str, Type]] = {}
        self._serial = 0
        self._compiled: dict[int, tuple[Expression, Code]] = {}
        self._visit: dict[type[Expression], Callable[[Any], Code]] = {
            tree.Column: self._column,
            tree.Constant: self._constant,
            tree.Unary: lambda e: binary.unary(self, e),
            tree.Arithmetic: lambda e: binary.arithmetic(self, e),
            tree.Comparison: lambda e: binary.comparison(self, e),
            tree.Logical: self._logical,
            tree.Not: lambda e: Code(f"(not {self.truth(e.value)})", types.BOOLEAN, nonnull=True),
            tree.IsNull: self._is_null,
            tree.Between: self._between,
            tree.In: self._in,
            tree.Like: self._like,
            tree.Case: self._case,
            tree.Cast: self._cast,
            tree.Subscript: self._subscript,
            tree.Dereference: self._dereference,
            tree.Call: self._call,
            tree.MakeArray: self._array,
            tree.MakeMap: self._map,
            tree.MakeStruct: self._struct,
            tree.LambdaArgument: self._lambda_argument,
        }

    def compile(self, node: Expression) -> Code:
        """The code of an expression.

        Raises:
            InvalidError: ksqlDB refuses it: unknown column or function, types that do not fit.
            UnsupportedError: this engine does not have what it needs.

        A part is asked for again and again, for its type and then for its code: outside of lambdas, whose
        arguments have other types each time, the first answer stays. It is kept with its node, because an
        identity is given anew when a node is gone.
        """
        known = self._compiled.get(id(node))
        if known is not None and not self.arguments:
            return known[1]
        try:
            visit = self._visit.get(type(node))
            if visit is None:
                raise InvalidError(f"{show(node)} is not allowed here")
            code = visit(node)
        except KsqlError as error:
            if not error.line and node.place.line:
                error.line, error.column = node.place
            raise
        if not self.arguments:
            self._compiled[id(node)] = (node, code)
        return code

    def know(self, nodes: Iterable[Expression], code: Code) -> None:
        """Lets these nodes, wherever they are outside of lambdas, be this code."""
        self._compiled |= {id(node): (node, code) for node in nodes}

    def type_of(self, node: Expression) -> Type | None:
        """The type of an expression; None for NULL."""
        return self.compile(node).type

    def constant(self, value: object, prefix: str = "k") -> str:
        """A name for `value` in the compiled code."""
        self._serial += 1
        name = f"{prefix}{self._serial}"
        self.names[name] = value
        return name

    def fresh(self) -> str:
        """A name for an intermediate result."""
        self._serial += 1
        return f"t{self._serial}"

    def nested(self, code: Code) -> str:
        """Code that is null when it fails, where ksqlDB handles errors of a part by themselves."""
        if code.safe or not self.null_on_error:
            return code.text
        return code.tried or f"attempt(lambda: {code.text})"

    def truth(self, node: Expression) -> str:
        """Code of a condition: a null raises, as unboxing a null Boolean does."""
        code = self.compile(node)
        if code.type != types.BOOLEAN:
            raise InvalidError(f"{show(node)} should be BOOLEAN but is {code.type}")
        return code.text if code.nonnull else f"required({code.text})"

    def _column(self, node: tree.Column) -> Code:
        found = self.columns.get(node.name)
        if found is None or node.source is not None:
            raise InvalidError(f"column '{show(node)}' cannot be resolved.")
        return Code(f"r[{found[0]}]", found[1], safe=True)

    def _constant(self, node: tree.Constant) -> Code:
        if node.value is None:
            return Code("None", None, safe=True)
        if isinstance(node.value, Exact):
            return Code(self.constant(node.value), node.type, nonnull=True, safe=True)
        return Code(repr(node.value), node.type, nonnull=True, safe=True)

    def _logical(self, node: tree.Logical) -> Code:
        left, right = self.truth(node.left), self.truth(node.right)
        return Code(f"({left} {node.operator.lower()} {right})", types.BOOLEAN, nonnull=True)

    def _is_null(self, node: tree.IsNull) -> Code:
        code = self.compile(node.value)
        operator = "is not" if node.negated else "is"
        return Code(f"(({code.text}) {operator} None)", types.BOOLEAN, nonnull=True, safe=code.safe)

    def _between(self, node: tree.Between) -> Code:
        low = binary.comparison(self, tree.Comparison(">=", node.value, node.low, place=node.place))
        high = binary.comparison(self, tree.Comparison("<=", node.value, node.high, place=node.place))
        return Code(f"({low.text} and {high.text})", types.BOOLEAN, nonnull=True)

    def _in(self, node: tree.In) -> Code:
        present = [c for c in node.candidates if not (isinstance(c, tree.Constant) and c.value is None)]
        try:
            _, items = coerce([node.value, *present], self.type_of)
        except InvalidError as error:
            raise InvalidError(f"Invalid Predicate: {error.message}") from error
        value = self.compile(items[0])
        if all(isinstance(i, tree.Constant) for i in items[1:]):
            constants = tuple(i.value for i in items[1:] if isinstance(i, tree.Constant))
            candidates = self.constant(constants)
        else:
            candidates = "(" + "".join(f"{self.compile(i).text}, " for i in items[1:]) + ")"
        return Code(f"member({value.text}, {candidates})", types.BOOLEAN, nonnull=True)

    def _like(self, node: tree.Like) -> Code:
        value, pattern = self.compile(node.value), self.compile(node.pattern)
        for each, part in ((value, node.value), (pattern, node.pattern)):
            if each.type != types.STRING:
                raise InvalidError(f"LIKE takes STRING, but {show(part)} is {each.type}")
        if isinstance(node.pattern, tree.Constant):
            try:
                matcher = like_pattern(str(node.pattern.value), node.escape).fullmatch
            except ValueError as error:
                raise InvalidError(str(error)) from error
            match = self.constant(matcher)
            return Code(f"({match}({value.text}) is not None)", types.BOOLEAN, nonnull=True)
        return Code(f"like({value.text}, {pattern.text}, {node.escape!r})", types.BOOLEAN, nonnull=True)

    def _case(self, node: tree.Case) -> Code:
        result: Type | None = None
        parts: list[str] = []
        safe = nonnull = True
        for when in node.whens:
            condition = self.compile(when.condition)
            if condition.type != types.BOOLEAN:
                raise InvalidError(
                    "WHEN operand type should be boolean.\n"
                    f"Type for '{show(when.condition)}' is {condition.type}"
                )
            value = self.compile(when.result)
            if result is not None and value.type is not None and value.type != result:
                raise InvalidError(
                    "Invalid Case expression. Type for all 'THEN' clauses should be the same.\n"
                    f"THEN expression '{show(when.result)}' has type: {value.type}.\n"
                    f"Previous THEN expression(s) type: {result}."
                )
            result = result or value.type
            parts.append(f"{value.text} if {self.truth(when.condition)} else ")
            safe = safe and condition.safe and value.safe and condition.nonnull
            nonnull = nonnull and value.nonnull
        default = Code("None", None, safe=True) if node.default is None else self.compile(node.default)
        if result is not None and default.type is not None and result != default.type:
            raise InvalidError(
                "Invalid Case expression. Type for the default clause should be the same as for "
                f"'THEN' clauses.\nTHEN type: {result}.\nDEFAULT type: {default.type}."
            )
        result = result or default.type
        if result is None:
            raise InvalidError("Invalid Case expression. All case branches have NULL type")
        text = "(" + "".join(parts) + default.text + ")"
        return Code(text, result, nonnull=nonnull and default.nonnull, safe=safe and default.safe)

    def _cast(self, node: tree.Cast) -> Code:
        code = self.compile(node.value)
        if code.type is None or code.type == node.type:
            return Code(self.nested(code), node.type, nonnull=code.nonnull, safe=code.safe)
        convert = self.constant(converter(code.type, node.type))
        if self.null_on_error:
            return Code(f"converted({convert}, {self.nested(code)})", node.type, safe=True)
        held = self.fresh()
        return Code(f"(None if ({held} := {code.text}) is None else {convert}({held}))", node.type)

    def _subscript(self, node: tree.Subscript) -> Code:
        base, index = self.compile(node.base), self.compile(node.index)
        if isinstance(base.type, Array):
            if index.type not in {types.INTEGER, types.BIGINT}:
                raise InvalidError(
                    f"an array's index must be INTEGER, but {show(node.index)} is {index.type}"
                )
            place = index.text if index.nonnull else f"required({index.text})"
            safe = base.safe and index.safe and index.nonnull
            return Code(f"array_item({base.text}, {place})", base.type.item, safe=safe)
        if isinstance(base.type, Map):
            held = self.fresh()
            text = f"(None if ({held} := {base.text}) is None else {held}.get({index.text}))"
            return Code(text, base.type.value, safe=base.safe and index.safe)
        hint = " Use the dereference operator for STRUCTS" if isinstance(base.type, Struct) else ""
        raise InvalidError(f"Subscript expression ({show(node)}) do not apply to {base.type}.{hint}")

    def _dereference(self, node: tree.Dereference) -> Code:
        base = self.compile(node.base)
        if not isinstance(base.type, Struct):
            raise InvalidError(f"Expected STRUCT type, got: {base.type} for {show(node.base)}")
        for place, (name, kind) in enumerate(base.type.fields):
            if name == node.field:
                held = self.fresh()
                text = f"(None if ({held} := {base.text}) is None else {held}[{place}])"
                return Code(text, kind, safe=base.safe)
        raise InvalidError(f"Could not find field '{node.field}' in '{show(node.base)}'.")

    def _call(self, node: tree.Call) -> Code:
        from embedded.ksql.expressions.calls import call  # noqa: PLC0415 - calls compile their arguments

        return call(self, node)

    def _array(self, node: tree.MakeArray) -> Code:
        if not node.items:
            raise InvalidError("Array constructor cannot be empty. Please supply at least one element.")
        common, items = coerce(node.items, self.type_of)
        if common is None:
            raise InvalidError(
                "Cannot construct an array with all NULL elements. "
                "As a workaround, you may cast a NULL value to the desired type."
            )
        codes = [self.compile(i) for i in items]
        text = "[" + ", ".join(self.nested(c) for c in codes) + "]"
        return Code(text, types.array(common), nonnull=True, safe=self._all_safe(codes))

    def _map(self, node: tree.MakeMap) -> Code:
        if not node.keys:
            raise InvalidError("Map constructor cannot be empty. Please supply at least one key value pair.")
        key, keys = coerce(node.keys, self.type_of)
        value, values = coerce(node.values, self.type_of)
        if key is None or value is None:
            what = "keys" if key is None else "values"
            raise InvalidError(
                f"Cannot construct a map with all NULL {what}. "
                "As a workaround, you may cast a NULL to the desired type."
            )
        codes = [(self.compile(k), self.compile(v)) for k, v in zip(keys, values, strict=True)]
        text = "{" + ", ".join(f"{self.nested(k)}: {self.nested(v)}" for k, v in codes) + "}"
        return Code(text, types.map_of(key, value), nonnull=True)

    def _struct(self, node: tree.MakeStruct) -> Code:
        codes = [self.compile(v) for v in node.values]
        members: list[tuple[str, Type]] = []
        for name, code in zip(node.names, codes, strict=True):
            if code.type is None:
                raise InvalidError(f"the type of field {name} is not known: cast NULL to a type")
            members.append((name, code.type))
        text = "(" + "".join(self.nested(c) + ", " for c in codes) + ")"
        return Code(text, types.struct(*members), nonnull=True, safe=self._all_safe(codes))

    def _lambda_argument(self, node: tree.LambdaArgument) -> Code:
        found = self.arguments.get(node.name)
        if found is None:
            raise InvalidError(f"lambda argument {node.name} is not known here")
        return Code(found[0], found[1], safe=True)

    def _all_safe(self, codes: list[Code]) -> bool:
        return self.null_on_error or all(c.safe for c in codes)
