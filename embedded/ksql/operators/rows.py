"""Functions over rows, compiled from expressions: projections, conditions, keys."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from embedded.ksql.expressions.code import Code
from embedded.ksql.expressions.compiler import Columns, Compiler
from embedded.ksql.expressions.sharing import shared
from embedded.ksql.language.tree import Expression

Row = list[Any]


def _function(compiler: Compiler, lines: list[str]) -> Callable[[Row], Any]:
    text = "def f(r):\n" + "\n".join(f" {line}" for line in lines)
    exec(text, compiler.names)  # noqa: S102 - the text is what the compiler made of a parsed expression
    return compiler.names.pop("f")  # type: ignore[return-value]


def _guarded(name: str, code: Code) -> list[str]:
    return ["try:", f" {name} = {code.text}", "except Exception:", f" {name} = None"]


def _shared(compiler: Compiler, expressions: Sequence[Expression]) -> list[str]:
    """The lines that compute the parts which the expressions have in common, each once."""
    lines: list[str] = []
    for i, each in enumerate(shared(expressions)):
        code = compiler.compile(each.part)
        if code.safe:
            lines.append(f"s{i} = {code.text}")
            compiler.know(each.places, replace(code, text=f"s{i}"))
        elif code.nonnull:  # null is then what a failure left behind
            lines += _guarded(f"s{i}", code)
            compiler.know(each.places, replace(code, text=f"required(s{i})", tried=f"s{i}"))
    return lines


def projection(expressions: Sequence[Expression], columns: Columns) -> Callable[[Row], Row]:
    """The function that makes a new row; an expression that fails is null."""
    compiler = Compiler(columns)
    lines = _shared(compiler, expressions)
    items: list[str] = []
    for i, each in enumerate(expressions):
        code = compiler.compile(each)
        if code.safe:
            items.append(code.text)
        else:
            lines += _guarded(f"v{i}", code)
            items.append(f"v{i}")
    if items and items == [f"r[{i}]" for i in range(len(items))]:
        return _function(compiler, [f"return r[:{len(items)}]"])
    return _function(compiler, [*lines, f"return [{', '.join(items)}]"])


def condition(expression: Expression, columns: Columns) -> Callable[[Row], bool]:
    """The function that tests a row; a condition that fails or is null is false."""
    compiler = Compiler(columns, null_on_error=False)
    code = compiler.compile(expression)
    return _function(compiler, ["try:", f" return {code.text}", "except Exception:", " return False"])


def value(expression: Expression, columns: Columns) -> Callable[[Row], Any]:
    """The function that computes one value; null when it fails."""
    compiler = Compiler(columns)
    code = compiler.compile(expression)
    if code.safe:
        return _function(compiler, [f"return {code.text}"])
    return _function(compiler, [*_guarded("v", code), "return v"])


def group(expressions: Sequence[Expression], columns: Columns) -> Callable[[Row], tuple[Any, ...] | None]:
    """The function that computes a grouping key; None when a part of it is null or fails."""
    compiler = Compiler(columns, null_on_error=False)
    codes = [compiler.compile(each) for each in expressions]
    names = [f"v{i}" for i in range(len(codes))]
    lines = ["try:", *(f" {name} = {code.text}" for name, code in zip(names, codes, strict=True))]
    lines += ["except Exception:", " return None"]
    lines += [f"if {name} is None: return None" for name in names]
    return _function(compiler, [*lines, f"return ({', '.join(names)},)"])
