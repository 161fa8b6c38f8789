"""Budgets: a file has at most 600 lines, a function 80, a line 100 columns.

Sources in C++ and Python, tests and tools included. Tables (`*.def`) are exempt, as are the
golden files, which no one writes by hand.
"""

import ast
from pathlib import Path

from tools.checks import cpp_functions
from tools.checks.source_tree import CPP, PYTHON, files, lines, problem

FILE_LINES = 600
FUNCTION_LINES = 80
COLUMNS = 100


def python_functions(text: str) -> list[cpp_functions.Function]:
    """The functions of a Python source; decorators are not counted."""
    return [
        cpp_functions.Function(node.name, node.lineno, (node.end_lineno or 0) - node.lineno + 1)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def check(root: Path) -> list[str]:
    """Problems under root."""
    problems = []
    for path in files(root, CPP + PYTHON):
        text = lines(path)
        count = len(text) - (text[-1] == "")
        if count > FILE_LINES:
            problems.append(problem(root, path, 1, f"{count} lines, at most {FILE_LINES}"))
        for number, line in enumerate(text, 1):
            if len(line) > COLUMNS:
                problems.append(
                    problem(root, path, number, f"{len(line)} columns, at most {COLUMNS}")
                )
        whole = "\n".join(text)
        found = python_functions(whole) if path.suffix in PYTHON else cpp_functions.functions(whole)
        for function in found:
            if function.length > FUNCTION_LINES:
                words = f"{function.name} has {function.length} lines, at most {FUNCTION_LINES}"
                problems.append(problem(root, path, function.line, words))
    return problems
