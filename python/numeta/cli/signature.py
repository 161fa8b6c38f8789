"""Reads what a kernel is to be compiled for: `f8[:, :], i8, n=3`.

The grammar, comma-separated as in a call:

    item  = [ name "=" ] ( type | value )
    type  = name [ "[" dimension { "," dimension } "]" ]     a hint of numeta, or int, float, ...
    dimension = ":" | integer
    value = a Python literal

What always holds: nothing is evaluated, names are only looked up among numeta's types; a text that
is not of this grammar is a ValueError that says what stands in the way.
"""

from __future__ import annotations

import ast
import inspect
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import numeta

BUILTINS: dict[str, type] = {"bool": bool, "int": int, "float": float, "complex": complex}


def parse(text: str) -> tuple[list[Any], dict[str, Any]]:
    """The positional and the named items of a text."""
    try:
        call = ast.parse(f"f({text}\n)", mode="eval").body
    except SyntaxError as error:
        raise ValueError(f"not of the form 'f8[:, :], i8, n=3': {text!r}") from error
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        raise ValueError(f"not of the form 'f8[:, :], i8, n=3': {text!r}")
    named = {}
    for keyword in call.keywords:
        if keyword.arg is None:
            raise ValueError("'**' has no place in a signature")
        named[keyword.arg] = item(keyword.value)
    return [item(node) for node in call.args], named


def item(node: ast.expr) -> Any:
    """The type or the value of one item."""
    if isinstance(node, ast.Name):
        return named_type(node.id)
    if isinstance(node, ast.Subscript):
        if not isinstance(node.value, ast.Name):
            raise ValueError(f"not a type: {ast.unparse(node)}")
        axes = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return named_type(node.value.id)[tuple(dimension(axis) for axis in axes)]
    try:
        return ast.literal_eval(node)
    except ValueError:
        raise ValueError(f"neither a type nor a literal: {ast.unparse(node)}") from None


def dimension(node: ast.expr) -> Any:
    """`:` or a length."""
    if isinstance(node, ast.Slice) and node.lower is node.upper is node.step is None:
        return slice(None)
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return node.value
    raise ValueError(f"not a dimension, ':' or a length: {ast.unparse(node)}")


def named_type(name: str) -> Any:
    """The hint of that name."""
    if name in BUILTINS:
        return BUILTINS[name]
    found = getattr(numeta, name, None)
    if found is None or not hasattr(type(found), "__getitem__"):
        raise ValueError(f"no type of numeta: {name}")
    return found


def bind(function: Any, text: str) -> tuple[tuple[Any, ...], Mapping[str, Any]]:
    """Arguments of a call by which the kernel takes the text's types and values.

    Named items take their parameter; the others fill the remaining parameters in order.
    """
    positional, named = parse(text)
    signature = inspect.signature(function)
    unknown = [name for name in named if name not in signature.parameters]
    if unknown:
        raise ValueError(f"no such parameter: {unknown[0]}; there are {signature}")
    free = [
        parameter
        for parameter in signature.parameters.values()
        if parameter.name not in named and parameter.kind is not parameter.VAR_KEYWORD
    ]
    rest = list(positional)
    arguments: dict[str, Any] = {}
    for parameter in free:
        if parameter.kind is parameter.VAR_POSITIONAL:
            arguments[parameter.name], rest = tuple(rest), []
        elif rest:
            arguments[parameter.name] = rest.pop(0)
        elif parameter.default is parameter.empty:
            raise ValueError(f"nothing is given for the parameter {parameter.name}")
    if rest:
        raise ValueError(
            f"{len(positional)} items for {len(free)} parameters; there are {signature}"
        )
    given = arguments | named
    ordered = OrderedDict((name, given[name]) for name in signature.parameters if name in given)
    bound = inspect.BoundArguments(signature, ordered)
    return bound.args, bound.kwargs
