"""Builds the compiled peers of warm_call: f2py, Pythran, pybind11 and a hand-written C extension.

Each is generated for 1, 3 and 8 arguments from one description, built once into
build/bench/<hash of sources and versions>/ and imported from there. What every function does:
`one_written`: first[0] = first[0] + the sum of the others' element 0;
`all_written`: every array's element 0 is increased by one.
A peer whose tool is missing, or whose build fails, raises AbsentError.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import numpy as np
from side_by_side import AbsentError, version_of

ARITIES = (1, 3, 8)
KINDS = ("one_written", "all_written")
BUILT = Path(__file__).resolve().parents[1] / "build" / "bench"
SUFFIX = sysconfig.get_config_var("EXT_SUFFIX")


def names(arity: int) -> list[str]:
    return list("abcdefgh"[:arity])


def statements(kind: str, arity: int, element: str, assign: str) -> list[str]:
    """The body; `element` and `assign` are format strings of the target language."""
    if kind == "all_written":
        return [
            assign.format(to=element.format(name), value=f"{element.format(name)} + 1.0")
            for name in names(arity)
        ]
    total = " + ".join(element.format(name) for name in names(arity))
    value = total if arity > 1 else f"{total} + 1.0"
    return [assign.format(to=element.format("a"), value=value)]


def python_source(decorator: str = "", hint: str = "", header: str = "") -> str:
    """The functions as Python text, for Pythran, Numba and numeta alike."""
    text = [header]
    for kind in KINDS:
        for arity in ARITIES:
            arguments = ", ".join(name + hint for name in names(arity))
            body = statements(kind, arity, "{}[0]", "{to} = {value}")
            text += [decorator, f"def {kind}_{arity}({arguments}):"]
            text += [f"    {line}" for line in body]
            text.append("")
    return "\n".join(text)


def fortran_source() -> str:
    text = []
    for kind in KINDS:
        for arity in ARITIES:
            arguments = names(arity)
            sizes = [f"n{name}" for name in arguments]
            text.append(f"subroutine {kind}_{arity}({', '.join(arguments + sizes)})")
            text.append(f"  integer, intent(in) :: {', '.join(sizes)}")
            for name in arguments:
                written = kind == "all_written" or name == "a"
                intent = "inout" if written else "in"
                text.append(f"  real(kind=8), intent({intent}) :: {name}(n{name})")
            text += [f"  {line}" for line in statements(kind, arity, "{}(1)", "{to} = {value}")]
            text += ["end subroutine", ""]
    return "\n".join(text)


def pythran_source() -> str:
    exports = [
        f"#pythran export {kind}_{arity}({', '.join(['float64[]'] * arity)})"
        for kind in KINDS
        for arity in ARITIES
    ]
    return python_source(header="\n".join(exports))


def pybind11_source() -> str:
    """Arguments must be float64 arrays already (noconvert), as for every other contender."""
    text = [
        "#include <pybind11/numpy.h>",
        "#include <pybind11/pybind11.h>",
        "namespace py = pybind11;",
        "using array = py::array_t<double, py::array::c_style>;",
        "PYBIND11_MODULE(peer_pybind11, m) {",
    ]
    for kind in KINDS:
        for arity in ARITIES:
            arguments = ", ".join(f"array {name}" for name in names(arity))
            body = " ".join(
                statements(kind, arity, "{}.mutable_data()[0]", "{to} = {value};")
                if kind == "all_written"
                else statements(kind, arity, "{}.data()[0]", "{to} = {value};")
            ).replace("a.data()[0] =", "a.mutable_data()[0] =")
            extras = ", ".join(f'py::arg("{name}").noconvert()' for name in names(arity))
            text.append(f'  m.def("{kind}_{arity}", []({arguments}) {{ {body} }}, {extras});')
    return "\n".join([*text, "}", ""])


def bare_c_source() -> str:
    """The floor: vectorcall entry, the number of arguments checked, their type taken on trust."""
    text = [
        "#define PY_SSIZE_T_CLEAN",
        "#include <Python.h>",
        "#define NPY_NO_DEPRECATED_API NPY_1_7_API_VERSION",
        "#include <numpy/arrayobject.h>",
        "#define DATA(i) ((double *)PyArray_DATA((PyArrayObject *)args[i]))",
    ]
    methods = []
    for kind in KINDS:
        for arity in ARITIES:
            function = f"{kind}_{arity}"
            lines = statements(kind, arity, "<{}>", "{to} = {value};")
            for position, name in enumerate(names(arity)):
                lines = [line.replace(f"<{name}>", f"DATA({position})[0]") for line in lines]
            text += [
                f"static PyObject *{function}(PyObject *m, PyObject *const *args, Py_ssize_t n) {{",
                "  (void)m;",
                f'  if (n != {arity}) return PyErr_Format(PyExc_TypeError, "{arity} arguments");',
                *[f"  {line}" for line in lines],
                "  Py_RETURN_NONE;",
                "}",
            ]
            methods.append(
                f'{{"{function}", (PyCFunction)(void (*)(void)){function}, METH_FASTCALL, NULL}},'
            )
    text += [
        "static PyMethodDef methods[] = {",
        *[f"  {method}" for method in methods],
        "  {NULL, NULL, 0, NULL}};",
        "static struct PyModuleDef definition = {",
        '  PyModuleDef_HEAD_INIT, "peer_bare_c", NULL, -1, methods, NULL, NULL, NULL, NULL};',
        "PyMODINIT_FUNC PyInit_peer_bare_c(void) { return PyModule_Create(&definition); }",
        "",
    ]
    return "\n".join(text)


def compile_command(compiler: str, source: str, output: str, includes: Sequence[str]) -> list[str]:
    flags = ["-O3", "-shared", "-fPIC", "-fvisibility=hidden", f"-I{sysconfig.get_path('include')}"]
    return [compiler, *flags, *[f"-I{path}" for path in includes], source, "-o", output]


def build_pybind11() -> tuple[str, str, list[str]]:
    if importlib.util.find_spec("pybind11") is None:
        raise AbsentError("no module named pybind11")
    import pybind11

    includes = [pybind11.get_include(), np.get_include()]
    command = compile_command("g++", "p.cpp", f"peer_pybind11{SUFFIX}", includes)
    return "p.cpp", pybind11_source(), [*command, "-std=c++17"]


def build_bare_c() -> tuple[str, str, list[str]]:
    command = compile_command("gcc", "p.c", f"peer_bare_c{SUFFIX}", [np.get_include()])
    return "p.c", bare_c_source(), command


def build_f2py() -> tuple[str, str, list[str]]:
    options = ["-m", "peer_f2py", "-c", "p.f90", "--opt=-O3"]
    if sys.version_info < (3, 12):
        options.append("--backend=meson")
        options.remove("--opt=-O3")
    return "p.f90", fortran_source(), [sys.executable, "-m", "numpy.f2py", *options]


def build_pythran() -> tuple[str, str, list[str]]:
    if importlib.util.find_spec("pythran") is None:
        raise AbsentError("no module named pythran")
    program = "from pythran.run import run; run()"
    options = ["peer_pythran.py", "-O3", "-o", f"peer_pythran{SUFFIX}"]
    return "peer_pythran.py", pythran_source(), [sys.executable, "-c", program, *options]


RECIPES: dict[str, Callable[[], tuple[str, str, list[str]]]] = {
    "f2py": build_f2py,
    "pythran": build_pythran,
    "pybind11": build_pybind11,
    "bare_c": build_bare_c,
}


def extension(peer: str) -> ModuleType:
    """The built module of a peer; its functions are called `<kind>_<arity>`."""
    source_name, source, command = RECIPES[peer]()
    material = "\0".join([source, *command, version_of("numpy"), version_of(peer), str(SUFFIX)])
    folder = BUILT / f"{peer}-{hashlib.sha256(material.encode()).hexdigest()[:16]}"
    module = f"peer_{peer}"
    built = folder / f"{module}{SUFFIX}"
    if not built.exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / source_name).write_text(source, encoding="utf-8")
        # meson and ninja stand beside the interpreter of a virtual environment.
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
        try:
            done = subprocess.run(
                command,
                cwd=folder,
                env={**os.environ, "PATH": path},
                capture_output=True,
                text=True,
                check=False,
            )
        except OSError as reason:
            raise AbsentError(str(reason)) from None
        if done.returncode != 0 or not built.exists():
            (folder / "failed.log").write_text(done.stdout + done.stderr, encoding="utf-8")
            raise AbsentError(f"build failed, see {folder.relative_to(BUILT.parents[1])}")
    return load(module, built)


def load(module: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(module, path)
    if spec is None or spec.loader is None:
        raise AbsentError(f"{path.name} cannot be imported")
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[module] = loaded  # Numba finds a recursive function by the name of its module
    spec.loader.exec_module(loaded)
    return loaded


def python_module(module: str, source: str) -> ModuleType:
    """Write Python text to a file and import it: decorators that read the source find it."""
    folder = BUILT / f"python-{hashlib.sha256(source.encode()).hexdigest()[:16]}"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{module}.py"
    path.write_text(source, encoding="utf-8")
    return load(module, path)
