"""Code for calls of scalar functions, with implicit casts and lambdas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from embedded.ksql.errors import InvalidError
from embedded.ksql.expressions.casts import converter
from embedded.ksql.expressions.code import Code
from embedded.ksql.expressions.coercion import as_decimal
from embedded.ksql.functions import library
from embedded.ksql.functions.registry import Scalar, aggregates, scalars, select, show, tables
from embedded.ksql.functions.signature import (
    Argument,
    Lambda,
    LambdaType,
    Unit,
    bind,
    is_generic,
    resolve,
)
from embedded.ksql.language import tree
from embedded.ksql.types import Type

if TYPE_CHECKING:
    from embedded.ksql.expressions.compiler import Compiler


def known(function: str) -> bool:
    """Whether there is a function of that name, of any kind."""
    library.load()
    return function in scalars or function in aggregates or function in tables


def call(compiler: Compiler, node: tree.Call) -> Code:
    """The code of a call.

    Raises:
        InvalidError: no such function, or it does not take these arguments.
    """
    if not known(node.function):
        raise InvalidError(f"Can't find any functions with the name '{node.function}'")
    if node.function not in scalars:
        kind = "Aggregate" if node.function in aggregates else "Table"
        raise InvalidError(f"{kind} function {node.function} is not allowed here")
    arguments = [_argument(compiler, each) for each in node.arguments]
    overload = select(node.function, scalars[node.function], arguments)
    parameters = overload.signature.expanded(len(arguments)) or ()
    bound: dict[str, Type] = {}
    for parameter, argument in zip(parameters, arguments, strict=True):
        if isinstance(argument, Type) and is_generic(parameter):
            bind(parameter, argument, bound)
    texts: list[str] = []
    safe, arguments_safe = overload.safe, True
    for each, parameter, argument in zip(node.arguments, parameters, arguments, strict=True):
        if isinstance(each, tree.Lambda):
            texts.append(_lambda(compiler, each, parameter, bound))
            safe = arguments_safe = False
        elif isinstance(each, tree.Interval):
            texts.append(repr(each.unit))
        else:
            code = _converted(compiler, compiler.compile(each), argument, parameter)
            nest = isinstance(each, tree.Call | tree.Dereference)
            texts.append(compiler.nested(code) if nest else code.text)
            arguments_safe = arguments_safe and (code.safe or (nest and compiler.null_on_error))
    returns = _returns(overload, arguments, bound)
    safe = safe and arguments_safe
    if overload.text is not None and safe:
        return Code(overload.text(texts, compiler.fresh), returns, safe=safe)
    function = compiler.constant(_specialised(overload, node, arguments), "f")
    tried = f"tried({', '.join([function, *texts])})" if arguments_safe else ""
    return Code(f"{function}({', '.join(texts)})", returns, safe=safe, tried=tried)


def _argument(compiler: Compiler, node: tree.Expression) -> Argument:
    if isinstance(node, tree.Lambda):
        return Lambda(len(node.arguments))
    if isinstance(node, tree.Interval):
        return Unit()
    return compiler.compile(node).type


def _specialised(overload: Scalar, node: tree.Call, arguments: Sequence[Argument]) -> object:
    if overload.typed is not None:
        return overload.typed([a if isinstance(a, Type) else None for a in arguments])
    if overload.literal is None:
        return overload.call
    constants = {i: a.value for i, a in enumerate(node.arguments) if isinstance(a, tree.Constant)}
    return overload.literal(constants) or overload.call


def _converted(compiler: Compiler, code: Code, argument: Argument, parameter: Type) -> Code:
    """The argument cast to the parameter's type where ksqlDB does so by itself."""
    if not isinstance(argument, Type) or is_generic(parameter) or parameter.name in {argument.name, "ANY"}:
        return code
    target = as_decimal(argument) if parameter.name == "DECIMAL" else parameter
    convert = converter(argument, target)
    if convert is None:
        return code
    name = compiler.constant(convert)
    if compiler.null_on_error:
        return Code(f"converted({name}, {compiler.nested(code)})", target, safe=True)
    held = compiler.fresh()
    return Code(f"(None if ({held} := {code.text}) is None else {name}({held}))", target)


def _lambda(compiler: Compiler, node: tree.Lambda, parameter: Type, bound: dict[str, Type]) -> str:
    assert isinstance(parameter, LambdaType)  # noqa: S101 - the overload was chosen so
    outer = dict(compiler.arguments)
    names: list[str] = []
    for name, kind in zip(node.arguments, parameter.inputs, strict=True):
        try:
            resolved = resolve(kind, bound)
        except KeyError:
            raise InvalidError(f"the type of lambda argument {name} cannot be inferred") from None
        if name in outer:
            raise InvalidError("Reusing lambda arguments in nested lambda is not allowed")
        python = compiler.fresh()
        compiler.arguments[name] = (python, resolved)
        names.append(python)
    body = compiler.compile(node.body)
    compiler.arguments = outer
    if body.type is None:
        raise InvalidError("a lambda that gives NULL only has no type")
    if not bind(parameter.returns, body.type, bound):
        raise InvalidError(
            f"a lambda should give {parameter.returns} here, but gives {body.type}",
        )
    return f"(lambda {', '.join(names)}: {body.text})"


def _returns(overload: Scalar, arguments: Sequence[Argument], bound: dict[str, Type]) -> Type:
    if overload.returns is not None:
        return overload.returns([a if isinstance(a, Type) else None for a in arguments])
    try:
        return resolve(overload.signature.returns, bound)
    except KeyError:
        raise InvalidError(
            f"the result's type of {overload.name}{show(arguments)} cannot be inferred: cast NULL to a type"
        ) from None
