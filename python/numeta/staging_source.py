"""Where staged code comes from: a function's definition is found, compared with it and transformed.

The source is used only if compiling it as it stands gives the code that the function has, so an
edited file or a re-used cell name cannot put other code in its place; otherwise the function counts
as having no source and runs as it is, where every traced value still refuses to be guessed.
"""

from __future__ import annotations
import __future__

import ast
import dis
import io
import linecache
import sys
from collections.abc import Iterator
from operator import itemgetter
from types import CodeType, FunctionType
from typing import Any

from .records import Record
from .staging_marks import RESERVED
from .staging_statements import Transformer

_FUTURE = 0
for _feature in __future__.all_feature_names:
    _FUTURE |= getattr(__future__, _feature).compiler_flag

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Transformed(Record):
    """What a function's code is turned into.

    is_certain: the code alone says so. The source compiles to it, and line by line.
    """

    code: CodeType
    captured: tuple[str, ...]
    refusal: str
    is_certain: bool


def transformed(func: FunctionType, catches: bool = False) -> Transformed | None:
    """A function's transformed code; None where no source compiles to the code that it has."""
    code = func.__code__
    imported = sorted(_imported(code))
    for node, class_name, text in _candidates(func):
        made, shift = _compiled_text(text, code, imported), 0
        if made is not None:  # counted from the line of the text
            shift = code.co_firstlineno - made.co_firstlineno
        if made is None or not _same_code(made, code):
            made, shift = _compiled(node, code, class_name, imported), 0
        if made is None or not _same_code(made, code):
            continue
        transformer = Transformer(frozenset(code.co_freevars), class_name, catches)
        transformer.function(node)
        new = _compiled(node, code, class_name, imported, RESERVED)
        assert new is not None, f"staging lost {code.co_qualname}"
        # The lines are counted from the `def`: a first line set to the decorator moves them all.
        new = new.replace(co_qualname=code.co_qualname)
        captured = tuple(sorted(transformer.captured))
        return Transformed(new, captured, transformer.refusal, _is_certain(made, code, shift))
    return None


# -- source ---------------------------------------------------------------------------------------


def _candidates(func: FunctionType) -> Iterator[tuple[_Definition, str, str]]:
    """The definitions that may be `func`, bare; the class around them, the text of a `def`."""
    code = func.__code__
    lines = _source_lines(code.co_filename, func.__globals__)
    if not lines or code.co_firstlineno > len(lines):
        return
    parts = code.co_qualname.split(".")
    class_name = parts[-2] if len(parts) > 1 and parts[-2] != "<locals>" else ""
    if code.co_name != "<lambda>":
        node, text = _definition(lines, code)
        if node is not None:
            yield _bare(node), class_name, text
        return
    try:
        tree = ast.parse("".join(lines))
    except (SyntaxError, ValueError):
        return
    for found in ast.walk(tree):
        if isinstance(found, ast.Lambda) and _first_line(found) == code.co_firstlineno:
            yield _bare(found), class_name, ""


def _source_lines(filename: str, space: dict[str, Any]) -> list[str]:
    """A file's lines; a plain one is read here, `linecache` knows cells and other encodings."""
    if filename not in linecache.cache:
        try:
            with open(filename, "rb", buffering=0) as file:
                source = file.read()
            head = b"".join(source.split(b"\n", 2)[:2])
            if b"coding" not in head and head[:1] != b"\xef" and b"\r" not in source:
                return list(io.StringIO(source.decode()))
        except (OSError, ValueError):
            pass
    linecache.checkcache(filename)
    return linecache.getlines(filename, space)


def _first_line(node: _Definition) -> int:
    decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
    return min([node.lineno, *(d.lineno for d in decorators)])


_LINE = itemgetter(2)


def _last_line(code: CodeType) -> int:
    last = max(filter(None, map(_LINE, code.co_lines())), default=code.co_firstlineno)
    inner = [_last_line(c) for c in code.co_consts if isinstance(c, CodeType)]
    return max([last, *inner])


def _definition(lines: list[str], code: CodeType) -> tuple[_Definition | None, str]:
    """Parse only the lines of one `def`, at their own line numbers; also gives their text."""
    first = code.co_firstlineno - 1
    indent = len(lines[first]) - len(lines[first].lstrip())
    end = _last_line(code)
    while end < len(lines):
        line = lines[end]
        if line.strip() and len(line) - len(line.lstrip()) <= indent:
            break
        end += 1
    if indent and first == 0:
        return None, ""
    head = "\n" * (first - 1) + "if 1:\n" if indent else "\n" * first
    for stop in (end, *range(end + 1, min(end + 20, len(lines)) + 1)):
        text = "".join(lines[first:stop])
        try:
            tree = ast.parse(head + text)
        except (SyntaxError, ValueError):
            continue
        statement = tree.body[0] if tree.body else None
        if indent and isinstance(statement, ast.If):
            statement = statement.body[0]
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            return statement, text
    return None, ""


def _bare(node: _Definition) -> _Definition:
    """Without what is evaluated outside of the body: decorators, defaults, annotations."""
    if not isinstance(node, ast.Lambda):
        node.decorator_list = []
        node.returns = None
        if sys.version_info >= (3, 12):
            node.type_params = []
    arguments = node.args
    arguments.defaults = []
    arguments.kw_defaults = [None] * len(arguments.kwonlyargs)
    for argument in _all_arguments(arguments):
        argument.annotation = None
    return node


def _all_arguments(arguments: ast.arguments) -> list[ast.arg]:
    found = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return found + [a for a in (arguments.vararg, arguments.kwarg) if a is not None]


# -- compiling and comparing ----------------------------------------------------------------------


def _compiled_text(text: str, like: CodeType, imported: list[str]) -> CodeType | None:
    """The code of the lines of a `def` as they stand: what `_compiled` gives, in half the time.

    None where they need more around them than imports and one function.
    """
    indent = text[: len(text) - len(text.lstrip(" "))]
    if not text or text[len(indent)] not in "@d" or (like.co_freevars and not indent):
        return None
    around = "".join(f"import {name}\n" for name in imported)
    if indent:
        around += f"def factory({', '.join(like.co_freevars)}):\n"
        if like.co_name not in like.co_freevars:
            around += f"{indent}global {like.co_name}\n"
    try:
        flags = like.co_flags & _FUTURE
        code: CodeType = compile(around + text, like.co_filename, "exec", flags, dont_inherit=True)
    except (SyntaxError, ValueError):
        return None
    for name in ("factory", like.co_name) if indent else (like.co_name,):
        found = [c for c in code.co_consts if isinstance(c, CodeType) and c.co_name == name]
        if not found:
            return None
        code = found[0]
    return code


def _compiled(
    node: _Definition,
    like: CodeType,
    class_name: str,
    imported: list[str],
    extra: tuple[str, ...] = (),
) -> CodeType | None:
    """The code of `node` where `like` is defined: same free names, class and future features."""
    cells = [ast.arg(name, None) for name in (*extra, *like.co_freevars) if name.isidentifier()]
    inner: ast.stmt = (
        ast.copy_location(ast.Expr(node), node) if isinstance(node, ast.Lambda) else node
    )
    if class_name:
        if sys.version_info >= (3, 12):
            inner = ast.ClassDef(class_name, [], [], [inner], [], type_params=[])
        else:
            inner = ast.ClassDef(class_name, [], [], [inner], [])
    arguments = ast.arguments([], cells, None, [], [], None, [])
    defined = {like.co_name, class_name} - {"<lambda>", "", *like.co_freevars}
    inside = [ast.Global(sorted(defined)), inner] if defined else [inner]
    if sys.version_info >= (3, 12):
        factory = ast.FunctionDef("factory", arguments, inside, [], None, None, type_params=[])
    else:
        factory = ast.FunctionDef("factory", arguments, inside, [], None, None)
    names = [ast.alias(name, None) for name in imported]
    body: list[ast.stmt] = [ast.Import(names), factory] if names else [factory]
    made: tuple[Any, ...] = (*body, *inside, *cells, *names)
    for statement in made:
        if not hasattr(statement, "lineno"):
            statement.lineno = statement.end_lineno = node.lineno
            statement.col_offset = statement.end_col_offset = 0
    module = ast.Module(body, [])
    flags = like.co_flags & _FUTURE
    try:
        code: CodeType = compile(module, like.co_filename, "exec", flags, dont_inherit=True)
    except (SyntaxError, ValueError):
        return None
    for depth in range(3 if class_name else 2):
        name = (("factory",) + ((class_name,) if class_name else ()) + (like.co_name,))[depth]
        found = [c for c in code.co_consts if isinstance(c, CodeType) and c.co_name == name]
        if not found:
            return None
        code = found[0]
    return code


_LOAD_GLOBAL, _EXTENDED = dis.opmap["LOAD_GLOBAL"], dis.opmap["EXTENDED_ARG"]
_LOAD_ATTR, _LOAD_METHOD = dis.opmap["LOAD_ATTR"], dis.opmap.get("LOAD_METHOD", -1)
_METHOD_BIT = 1 if sys.version_info >= (3, 12) else 0  # of LOAD_ATTR
_LOAD_LOCAL = {dis.opmap.get(n, -1) for n in ("LOAD_FAST", "LOAD_FAST_CHECK", "LOAD_DEREF")}
_LOAD_TWO = dis.opmap.get("LOAD_FAST_LOAD_FAST", -1)


def _imported(code: CodeType) -> set[str]:
    """The names that the compiler took for imported: it then calls `name.f()` as no method.

    CPython looks at the import statements of the module (maybe_optimize_method_call in compile.c),
    which are not read here; the code that it made tells.
    """
    plain: set[str] = set()
    method: set[str] = set()
    if _loads_attributes(code):
        _attribute_loads(code, plain, method)
    return {name for name in plain - method if name.isidentifier()}


def _loads_attributes(code: CodeType) -> bool:
    """Whether there may be a plain attribute load; asked first since reading code takes long."""
    inner = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return _LOAD_ATTR in code.co_code[::2] or any(map(_loads_attributes, inner))


def _attribute_loads(code: CodeType, plain: set[str], method: set[str]) -> None:
    """The names that are followed by a plain attribute load, and by that of a method."""
    name, extended = "", 0
    stream = iter(code.co_code)
    for opcode, low in zip(stream, stream, strict=True):
        if opcode == 0:  # an inline cache
            continue
        argument, extended = (extended << 8) | low, 0
        if opcode == _EXTENDED:
            extended = argument
        elif opcode == _LOAD_GLOBAL:
            name = code.co_names[argument >> 1]
        elif opcode in _LOAD_LOCAL:
            name = code._varname_from_oparg(argument)  # type: ignore[attr-defined]
        elif opcode == _LOAD_TWO:
            name = code.co_varnames[argument & 15]
        else:
            if name and opcode == _LOAD_METHOD:
                method.add(name)
            elif name and opcode == _LOAD_ATTR:
                (method if argument & _METHOD_BIT else plain).add(name)
            name = ""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            _attribute_loads(constant, plain, method)


_SHAPE_FLAGS = 0x04 | 0x08 | 0x20 | 0x80 | 0x100 | 0x200  # varargs, generators, coroutines


def _is_rewritten(code: CodeType) -> bool:
    """Whether pytest has rewritten the assert statements of the code."""
    return bool({"@pytest_ar", "@py_assert1"} & {*code.co_names, *code.co_varnames})


def _same_code(a: CodeType, b: CodeType) -> bool:
    """Whether two code objects do the same; line numbers and names of files do not count."""
    if _is_rewritten(b):
        return a.co_name == b.co_name
    return (
        a.co_code == b.co_code
        and a.co_names == b.co_names
        and a.co_varnames == b.co_varnames
        and set(a.co_freevars) == set(b.co_freevars)
        and a.co_cellvars == b.co_cellvars
        and a.co_argcount == b.co_argcount
        and a.co_kwonlyargcount == b.co_kwonlyargcount
        and a.co_posonlyargcount == b.co_posonlyargcount
        and (a.co_flags ^ b.co_flags) & _SHAPE_FLAGS == 0
        and len(a.co_consts) == len(b.co_consts)
        and all(map(_same_constant, a.co_consts, b.co_consts))
    )


def _same_constant(a: object, b: object) -> bool:
    if isinstance(a, CodeType) and isinstance(b, CodeType):
        return _same_code(a, b)
    if isinstance(a, frozenset) and isinstance(b, frozenset):
        return sorted(map(repr, a)) == sorted(map(repr, b))
    return type(a) is type(b) and repr(a) == repr(b)


def _is_certain(made: CodeType, code: CodeType, shift: int) -> bool:
    """Whether what was compiled from the source has the lines of the code, too."""
    if _is_rewritten(code):
        return False
    begins_alike = made.co_firstlineno + shift == code.co_firstlineno
    alike = begins_alike and made.co_linetable == code.co_linetable
    if not alike and _lines(made, shift) != _lines(code, 0):
        return False
    pairs = zip(made.co_consts, code.co_consts, strict=True)
    return all(_is_certain(a, b, shift) for a, b in pairs if isinstance(a, CodeType))


def _lines(code: CodeType, shift: int) -> list[int]:
    """The lines of the body: the first line may be that of a decorator, or not."""
    return [line + shift for *_, line in code.co_lines() if line and line != code.co_firstlineno]
