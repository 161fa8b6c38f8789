"""The row of np.einsum: subscripts known at compile time, as one nest of loops.

Two operands whose letters make a product of matrices, or a stack of such, become one; a single
operand without a sum is a view, as in NumPy. Everything else is a loop over each letter, the
letters of the result outermost.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import _trace
from ..loops import range as counted
from ..rows import Row
from ..session import refuse
from . import blas
from .conversion import as_array
from .nests import require
from .products import (
    _add,
    _multiply,
    as_result,
    common_type,
    converted,
    matmul,
    product_of,
    reshaped,
)
from .staged import staged


def _parsed(subscripts: str, operands: Sequence[Any]) -> tuple[list[str], str]:
    """The letters of each operand and of the result; `...` stands for further letters."""
    text = subscripts.replace(" ", "")
    inputs, arrow, output = text.partition("->")
    terms = inputs.split(",")
    if len(terms) != len(operands):
        more = "more" if len(terms) > len(operands) else "fewer"
        raise ValueError(
            f"{more} operands provided to einstein sum function than specified in the subscripts"
            " string"
            if more == "fewer"
            else "fewer operands provided to einstein sum function than specified in the subscripts"
            " string"
        )
    spare = [c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if c not in text]
    hidden = 0
    for term, operand in zip(terms, operands, strict=True):
        if "..." in term:
            hidden = max(hidden, operand.ndim - len(term.replace("...", "")))
    letters = spare[:hidden]
    whole = []
    for term, operand in zip(terms, operands, strict=True):
        count = operand.ndim - len(term.replace("...", ""))
        if "..." in term:
            term = term.replace("...", "".join(letters[hidden - count :]))
            count = 0
        if count != 0 or not all(c.isalpha() and c.isascii() for c in term):
            _wrong_count(term, operand)
        whole.append(term)
    if not arrow:
        used = "".join(terms).replace(".", "")
        output = "".join(sorted(c for c in set(used) if used.count(c) == 1))
        output = ("..." if hidden else "") + output
    output = output.replace("...", "".join(letters))
    for letter in output:
        if not any(letter in term for term in whole):
            raise ValueError(
                f"einstein sum subscripts string included output subscript '{letter}' which never"
                " appeared in an input"
            )
        if output.count(letter) > 1:
            raise ValueError(
                f"einstein sum subscripts string includes output subscript '{letter}' multiple"
                " times"
            )
    return whole, output


def _wrong_count(term: str, operand: Any) -> None:
    if len(term) > operand.ndim:
        raise ValueError(
            "einstein sum subscripts string contains too many subscripts for operand 0"
        )
    raise ValueError(
        "operand has more dimensions than subscripts given in einstein sum, but no '...' ellipsis"
        " provided to broadcast the extra dimensions."
    )


def _lengths(terms: Sequence[str], operands: Sequence[Any]) -> dict[str, Any]:
    """The length of each letter; lengths of 1 stand for any."""
    out: dict[str, Any] = {}
    for term, operand in zip(terms, operands, strict=True):
        for letter, length in zip(term, operand.shape, strict=True):
            known = out.get(letter)
            if known is None or (type(known) is int and known == 1):
                out[letter] = length
            elif not _trace.same(known, length) and not (type(length) is int and length == 1):
                require(
                    known == length,
                    ValueError,
                    "operands could not be broadcast together with remapped shapes",
                )
    return out


def _of_letters(term: str, operand: Any, wanted: str) -> Any:
    """The operand as a view with one axis for each wanted letter; repeated ones are diagonals."""
    shape, starts = [], []
    for letter in wanted:
        shape.append(operand.shape[term.index(letter)])
    for letter in term:
        starts.append((0, {wanted.index(letter): 1}))
    if term == wanted:
        return operand
    return _trace.remapped(operand, shape, starts)


@staged
def _nest(letters: str, lengths: Any, index: Any, use: Any) -> None:
    if len(index) == len(letters):
        use(index)
    else:
        for i in counted(lengths[letters[len(index)]]):
            _nest(letters, lengths, {**index, letters[len(index)]: i}, use)


def _unique(term: str) -> str:
    return "".join(dict.fromkeys(term))


def _as_product(terms: list[str], operands: list[Any], output: str, lengths: Any) -> Any:
    """The sum as products of matrices, or None where it is none of floats."""
    if len(operands) != 2:
        return None
    a, b = (set(term) for term in terms)
    if any(len(set(term)) != len(term) for term in terms) or (a ^ b) - set(output):
        return None
    for term, operand in zip(terms, operands, strict=True):
        for letter, length in zip(term, operand.shape, strict=True):
            if type(length) is int and length == 1 and lengths[letter] is not length:
                return None
    stack = "".join(c for c in output if c in a & b)
    summed = "".join(c for c in terms[0] if c in (a & b) - set(output))
    if not summed:
        return None
    rows = "".join(c for c in output if c in a - b)
    columns = "".join(c for c in output if c in b - a)

    def size(letters: str) -> Any:
        return product_of(lengths[c] for c in letters)

    def arranged(term: str, operand: Any, first: str, second: str) -> Any:
        wanted = stack + first + second
        axes = [term.index(c) for c in wanted]
        moved = _trace.permuted(operand, axes) if axes != list(range(len(axes))) else operand
        if len(first) == 1 and len(second) == 1:
            return moved
        return reshaped(moved, [*(lengths[c] for c in stack), size(first), size(second)])

    left = arranged(terms[0], operands[0], rows, summed)
    right = arranged(terms[1], operands[1], summed, columns)
    made = reshaped(matmul(left, right), [lengths[c] for c in stack + rows + columns])
    order = [(stack + rows + columns).index(c) for c in output]
    if order != list(range(len(order))):
        made = _trace.permuted(made, order)
    return made


def einsum(subscripts: Any, *operands: Any, optimize: Any = False) -> Any:
    """`np.einsum` of a string of subscripts that is known at compile time."""
    if not isinstance(subscripts, str):
        refuse(230, name="np.einsum", what="operands before subscripts", instead="a string")
    arrays = [as_array(operand) for operand in operands]
    terms, output = _parsed(subscripts, arrays)
    lengths = _lengths(terms, arrays)
    letters = output + "".join(c for c in _unique("".join(terms)) if c not in output)
    if len(arrays) == 1 and letters == output:
        return as_result(_of_letters(terms[0], arrays[0], output))
    short = common_type(*arrays)
    arrays = [converted(array, short) for array in arrays]
    if blas.is_served(short):
        made = _as_product(terms, arrays, output, lengths)
        if made is not None:
            return as_result(made)
    out = _trace.empty([lengths[c] for c in output], short)
    if output:
        out[...] = 0
    else:
        out[()] = 0

    def add(index: dict[str, Any]) -> None:
        value: Any = None
        for term, array in zip(terms, arrays, strict=True):
            key = tuple(
                0 if type(length) is int and length == 1 else index[c]
                for c, length in zip(term, array.shape, strict=True)
            )
            element = array[key]
            value = element if value is None else _multiply(short, value, element)
        place = tuple(index[c] for c in output)
        out[place] = _add(short, out[place], value)

    _nest(letters, lengths, {}, add)
    return as_result(out)


ROWS: tuple[Row, ...] = (Row(np.einsum, "np.einsum", einsum),)
