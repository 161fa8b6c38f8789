"""An operation is one row of core/ops.def: no other source treats it by its name.

Looked for are `Op::name` in C++ and the string `"name"` in C++ and Python, outside of tests. Two
lists say what may be named: OPERATORS, which Python's syntax and the graph are built of, anywhere;
ELSEWHERE, what single files must know, with the reason. Any other name is a second place for a
fact of the table.
"""

import re
from pathlib import Path

from tools.checks.source_tree import CPP, PYTHON, files, lines, problem

TABLE = "core/ops.def"
FOLDERS = ("core", "emit_fortran", "jit_cache", "python")
ROW = re.compile(r"^OP\((\w+),", re.MULTILINE)

# The operators of the language: number slots, comparisons, what lowering makes of them.
OPERATORS = set(
    "add sub mul truediv floordiv mod pow lshift rshift neg abs invert lt le eq ne"
    " bit_and bit_or bit_xor logical_and logical_or logical_not select square".split()
)

# file or folder -> (other operations that it may name, why); "*" is every operation.
ELSEWHERE = {
    "core/interval.cpp": (
        "ceil conj floor fmax fmin gcd maximum minimum quotient real residue shift_down sign trunc",
        "ranges of integer results; an operation that is not named has the range of its type",
    ),
    "core/cheaper.cpp": (
        "quotient residue shift_down shift_up",
        "what divisions and shifts by constants become",
    ),
    "core/graph.cpp": (
        "make_complex signbit",
        "differences that gcc computes wrongly, by the parts; what was unsigned has no sign",
    ),
    "core/graph_folds.cpp": ("make_complex", "differences that gcc computes wrongly, by the parts"),
    "core/facts.cpp": ("maximum", "the stop of a loop, kept from wrapping"),
    "core/lower.cpp": (
        "imag intdiv isfinite isinf polar_pow polar_pow_fails real add_overflows sub_overflows"
        " mul_overflows pow_overflows sqrt",
        "what Python's operators become, and what checks ask",
    ),
    "core/assume.cpp": ("quotient residue", "what traps must not be asked before its time"),
    "core/remake.cpp": ("quotient residue", "what traps must not be asked before its time"),
    "core/explain.cpp": ("maximum", "a length that is not below 0, as a person writes it"),
    "core/parallel.cpp": ("add_overflows sub_overflows", "integer sums whose overflow is found"),
    "core/simplify.cpp": ("maximum minimum", "rewrite rules, which ranges decide"),
    "core/fill.cpp": ("minimum", "the stop of the first of two loops"),
    "core/spread.cpp": ("minimum shift_down", "the least of the stops of a loop, and its parts"),
    "core/view_reshape.cpp": ("maximum", "a length that is not below 0, of an array with elements"),
    "core/view_shape.cpp": ("maximum minimum", "bounds of slices, clipped"),
    "core/lower_memory.cpp": ("maximum minimum", "the stop of a loop, kept from wrapping"),
    "core/returned.cpp": (
        "maximum quotient residue",
        "lengths that are computed before any check: not below 0, and no division that traps",
    ),
    "core/lower_compare.cpp": ("ceil floor", "an int compared with a float, exactly"),
    "emit_fortran/parallel_loop.cpp": ("add_overflows", "integer sums whose overflow is found"),
    "emit_fortran/names.cpp": ("*", "names of Fortran's intrinsics, no operations"),
    "python/binding/trace_scalar.cpp": ("conj imag real", "attributes of Python's numbers"),
    "python/binding/cache_module.cpp": ("log", "a setting's name, no operation"),
    "python/numeta/arrays/": ("*", "functions of arrays, written in operations on their elements"),
    "python/numeta/config.py": ("log", "a setting's name, no operation"),
    "python/numeta/external.py": ("cbrt", "a procedure of C in an example, no operation"),
    "python/numeta/functions.py": (
        "isfinite make_complex",
        "complex() and sum() of Python",
    ),
    "python/numeta/functions_cmath.py": (
        "atan atan2 atanh copysign cos isfinite isinf isnan log log10 make_complex sin",
        "functions of cmath: the C library's, polar coordinates, errors in checks mode",
    ),
    "python/numeta/functions_math.py": (
        "atan2 binade ceil comb copysign cosh exp exp2 expm1 floor fmod gamma gcd hypot isfinite"
        " isinf isnan isqrt lgamma log nextafter perm perm_overflows remainder sinh sqrt trunc",
        "functions of math that differ from NumPy's of the same name in domain or result",
    ),
    "python/numeta/functions_math_parts.py": (
        "copysign exponent fraction isinf isnan nextafter scale trunc",
        "functions of math that take floats apart",
    ),
    "python/numeta/functions_rounding.py": (
        "isfinite make_complex rint round_fraction round_multiple",
        "round() and np.round",
    ),
    "python/numeta/rows.py": ("isinf isnan", "int() of Python"),
    "python/numeta/traced_values.py": ("conj imag real", "attributes of NumPy's numbers"),
    "python/numeta/functions_numpy.py": (
        "acos acosh asin asinh atan atan2 atanh conj isnan maximum minimum remainder",
        "functions that NumPy calls otherwise, np.clip, the ufuncs that order complex numbers",
    ),
}


def check(root: Path) -> list[str]:
    """Problems under root."""
    names = ROW.findall((root / TABLE).read_text(encoding="utf-8"))
    either = "|".join(names)
    use = re.compile(rf"\bOp::({either})\b|\"({either})\"|'({either})'")
    problems = [f"{TABLE}:1: {name} has two rows" for name in names if names.count(name) > 1]
    for path in files(root, CPP + PYTHON, *FOLDERS):
        place = str(path.relative_to(root))
        others = {
            name
            for known, (named, _) in ELSEWHERE.items()
            if place == known or (known.endswith("/") and place.startswith(known))
            for name in named.split()
        }
        allowed = set(names) if others == {"*"} else others | OPERATORS
        for number, line in enumerate(lines(path), 1):
            for groups in use.findall(line.split("//")[0]):
                name = next(filter(None, groups))
                if name not in allowed:
                    text = f"names the operation {name}; its row is in {TABLE}"
                    problems.append(problem(root, path, number, text))
    return problems
