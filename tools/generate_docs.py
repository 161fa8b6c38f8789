"""Writes the pages of docs/ that are made from tables: `make docs`, or `--check` to compare only.

One page per table: the diagnostics (errors.TABLE and the tracer's own), the function table, the
operations of the graph, the settings, and the differences from plain Python. A test compares each
with its table.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from numeta import _trace, errors, functions
from numeta.config import SETTINGS
from numeta.functions_numpy import _UFUNCS as UFUNCS
from numeta.rows import Row
from tools import differences, numpy_page

DOCS = Path(__file__).resolve().parents[1] / "docs"
NOTE = "Made by tools/generate_docs.py from "
GROUPS = {
    1: "Values while a kernel is traced",
    2: "What a kernel may say",
    3: "Results and captured values",
    4: "Arguments and hints",
    5: "Toolchain",
    6: "Settings",
}


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _table(heads: tuple[str, ...], rows: list[str]) -> list[str]:
    return ["", _row(*heads), "|" + "---|" * len(heads), *rows]


def errors_page() -> str:
    """docs/errors.md: number, exception, text and hint of each diagnostic."""
    rows = {number: ("TraceError", text, hint) for number, text, hint in _trace.diagnostics()}
    for row in errors.TABLE.values():
        assert row.number not in rows, f"NM{row.number} has two rows"
        rows[row.number] = (row.error.__name__, row.text, row.hint)
    lines = ["# Errors", "", "Each message begins with its number; names in braces are filled in."]
    lines += ["", NOTE + "the tables of diagnostics."]
    for group, title in GROUPS.items():
        found = [
            _row(f"NM{number}", kind, text, hint)
            for number, (kind, text, hint) in sorted(rows.items())
            if number // 100 == group
        ]
        lines += ["", f"## {title}"]
        lines += _table(("number", "exception", "text", "instead"), found)
    return "\n".join(lines) + "\n"


_ONE_BY_ONE = "an array of one axis, or a comprehension over what a `for` statement goes over"
# What the rows of builtins stand for, and their limits; math and NumPy name an operation.
BUILTINS = {
    "float": ("conversion to a Python float", "of numbers, not of text"),
    "int": ("truncation to a Python int of 64 bits", "of numbers, without a base"),
    "bool": ("comparison with zero", ""),
    "complex": ("conversion, or the number of two real parts", "no keywords, real parts only"),
    "abs": ("`abs`", ""),
    "round": (
        "`rint` and a conversion to int; with digits `round_fraction` or `round_multiple`",
        "digits of compile time, 22 at most; 18 to the left of an int's point",
    ),
    "min": ("comparisons from left to right", f"values of one type, {_ONE_BY_ONE}"),
    "max": ("comparisons from left to right", f"values of one type, {_ONE_BY_ONE}"),
    "sum": ("a chain of `add`", f"numbers: floats only with floats, {_ONE_BY_ONE}"),
    "any": ("a loop that ends at the first", _ONE_BY_ONE),
    "all": ("a loop that ends at the first", _ONE_BY_ONE),
    "divmod": ("`floordiv` and `mod`", ""),
    "pow": ("`pow`", "without a modulus"),
    "isinstance": ("answered by Python's or NumPy's class of the value", ""),
    "type": ("answered by Python's or NumPy's class of the value", "one argument"),
    "len": ("the first length of an array, the number of items of a range", ""),
    "hasattr": ("answered by Python's or NumPy's class of the value", ""),
    "getattr": ("the attribute", ""),
    "range": ("a range; with run-time bounds the loop over it is compiled", ""),
    "enumerate": ("Python's own; of what is gone through at run time, a compiled loop", ""),
    "zip": (
        "Python's own; of what is gone through at run time, a compiled loop",
        "not of compile-time items with arrays of run-time length (NM239)",
    ),
    "reversed": ("Python's own; of a run-time range or an array, a compiled loop", ""),
    "print": (
        "Python's own, at run time",
        "numbers and what is known at compile time; not in nm.prange",
    ),
    "math.log": ("`log`; with a base the quotient of two", ""),
    "math.fabs": ("`abs` of a float", ""),
    "math.degrees": ("`mul`", ""),
    "math.radians": ("`mul`", ""),
    "math.prod": ("a chain of `mul`", "not an array"),
    "math.gcd": ("a chain of `gcd`", ""),
    "math.lcm": ("a chain of quotients by `gcd` and products", ""),
    "math.factorial": ("`perm`", ""),
    "math.hypot": ("`hypot`; with exact=True or of more numbers CPython's sum of squares", ""),
    "math.dist": ("`math.hypot` of the differences", "sequences of numbers, not arrays"),
    "math.nextafter": ("`nextafter`", "without steps="),
    "math.frexp": ("`fraction` and `exponent`", ""),
    "math.modf": ("`trunc` and the difference", ""),
    "math.ldexp": ("`scale`", ""),
    "math.ulp": ("the difference from `nextafter`", ""),
    "math.isclose": ("comparisons of differences", ""),
    "math.fsum": ("a chain of sums with their errors", "64 numbers at most, not an array"),
    "cmath.log": ("`log`; with a base the quotient of two", ""),
    "cmath.log10": ("`log` divided by that of 10", ""),
    "cmath.phase": ("`atan2` of the parts", ""),
    "cmath.polar": ("`abs` and `atan2` of the parts", ""),
    "cmath.rect": ("`cos` and `sin`", ""),
    "np.where": ("`select`", "three numbers"),
    "np.clip": ("`maximum` and `minimum`", "not of complex numbers"),
    "np.round": ("`mul`, `rint` and `truediv`", "decimals of compile time"),
    "np.around": ("`mul`, `rint` and `truediv`", "decimals of compile time"),
}
# Functions that not every supported Python has: the page is the same for all.
NEWER = {
    "math.sumprod": ("a sum of products with their errors", "from Python 3.12; 64 numbers at most"),
    "math.fma": ("`fma` of the C library", "from Python 3.13"),
}
# Names of operators that the graph has under another one.
SPELLED = {
    "and": "bit_and",
    "or": "bit_or",
    "xor": "bit_xor",
    "gt": "lt of the exchanged operands",
    "ge": "le of the exchanged operands",
}
# Rows whose handlers only refuse run-time values.
NATIVE = {"of_runtime": "NM225"}


def _becomes(row: Row) -> tuple[str, str]:
    """What a row of the function table stands for, and its limits."""
    kind = row.handler.__name__
    if row.name in BUILTINS:
        return BUILTINS[row.name]
    if kind == "text":
        return "Python's own, at run time", "for `print`, `raise` and `assert` (NM226)"
    if kind in NATIVE:
        return "Python's own", f"compile-time values only ({NATIVE[kind]})"
    limits = ""
    if isinstance(row.callable, type):
        return "conversion as of `astype`", "one number"
    home, _, name = row.name.rpartition(".")
    if home.startswith("np") and name not in UFUNCS:
        said = (row.handler.__doc__ or "").partition("\n")[0].partition(": ")[2].rstrip(".")
        return "loops over elements", said.replace("|", "or")
    operation = UFUNCS[name] if home == "np" else name
    operation = SPELLED.get(operation, operation)
    known = any(op["name"] == operation.split()[0] for op in _trace.ops())
    assert known, f"say in BUILTINS: {row.name}"
    name, _, remark = operation.partition(" ")
    return f"`{name}` {remark}".rstrip(), limits


_MODULES = (("math", "math."), ("cmath", "cmath."), ("NumPy", "np."))


def functions_page() -> str:
    """docs/functions.md: the callables that a kernel can give run-time values, and the refused."""
    taken = [row for row in functions.every_row() if not row.refused]
    # Which functions `time` and `os` have depends on the platform, math's on the version of Python.
    refused = {row.name for row in functions.every_row() if row.refused}
    refused = {name for name in refused if name.partition(".")[0] not in ("math", "os", "time")}
    lines = [
        "# Functions",
        "",
        "What a kernel can call with run-time values, numbers where no array",
    ]
    lines += [
        "is named. Each is looked up by identity, so any name of it will do; functions written"
    ]
    lines += ["in Python are inlined. Operations are those of operations.md."]
    lines += ["", NOTE + "the function table."]
    for title, prefix in (("Builtins", ""), *_MODULES):
        found = [
            _row(f"`{row.name}`", *_becomes(row))
            for row in taken
            if row.name.startswith(prefix) and (prefix or "." not in row.name)
            if row.name not in NEWER
        ]
        if prefix == "math.":
            found += [_row(f"`{name}`", *said) for name, said in NEWER.items()]
        lines += ["", f"## {title}", *_table(("callable", "becomes", "limits"), found)]
    lines += [
        "",
        "## Refused",
        "",
        "These raise NM224 in a kernel, which says what to write; so do",
    ]
    lines += [
        "the functions of `time`, `random`, `numpy.random` and `secrets`, and some of `os` and"
    ]
    lines += ["`uuid`.", ""]
    lines += [", ".join(f"`{name}`" for name in sorted(refused)) + "."]
    return "\n".join(lines) + "\n"


def operations_page() -> str:
    """docs/operations.md: the operations of the graph, the kinds they take and what they mean."""
    rows = [
        _row(f"`{op['name']}`", str(op["arity"]), ", ".join(op["kinds"]), op["meaning"])
        for op in _trace.ops()
    ]
    lines = ["# Operations", "", "What the graph is made of; `kinds` are those of the operands"]
    lines += ["once they are converted to their common type.", "", NOTE + "core/ops.def."]
    return "\n".join([*lines, *_table(("operation", "operands", "kinds", "meaning"), rows)]) + "\n"


def settings_page() -> str:
    """docs/settings.md: the environment variables, which are the attributes of nm.config too."""
    rows = [
        _row(f"`{row.variable}`", f"`{row.attribute}`", str(row.default), row.meaning, row.expected)
        for row in SETTINGS
    ]
    lines = [
        "# Settings",
        "",
        "Read when numeta is imported; the attribute of `nm.config` sets the",
    ]
    lines += ["the same at run time. A variable that is misspelt warns.", "", NOTE + "config.py."]
    lines += _table(("variable", "attribute", "default", "meaning", "values"), rows)
    lines += ["", "## The cache", ""]
    lines += [
        "Who can write to a store can run code as you. So a folder that belongs to another user,",
        "or that others may write to, is refused, and the kernels of the process are kept in a",
        "folder of its own until it ends; a link in the place of a folder is never followed. Of",
        "folders that are only read (`NUMETA_CACHE_PATH`), root may be the owner too. An archive",
        "that `numeta cache import` takes in is checked to be whole; who made it is yours to know.",
        "",
        "A kernel is found by all that it was compiled from and by. With `NUMETA_MARCH` other than",
        "native, machines with different processors share what is stored; each must have what the",
        "architecture that is named demands.",
        "",
        "What functions are transformed into before they are traced is kept there too, and found",
        "by their code, by the Python that runs and by numeta's own sources.",
    ]
    return "\n".join(lines) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "differences.md": differences.page,
    "errors.md": errors_page,
    "functions.md": functions_page,
    "numpy.md": numpy_page.page,
    "operations.md": operations_page,
    "settings.md": settings_page,
}


def main(arguments: list[str]) -> int:
    """Write the pages, or with --check say which are not current; the exit status."""
    status = 0
    for name, make in PAGES.items():
        path, text = DOCS / name, make()
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        if "--check" in arguments:
            print(f"docs/{name} is not current: run `make docs`")
            status = 1
        else:
            path.write_text(text, encoding="utf-8")
            print(f"docs/{name}")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
