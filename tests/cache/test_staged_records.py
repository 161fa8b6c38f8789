"""Staged code between processes: what is kept is used, never for other code, and never damaged.

Each program is a process of its own; `told` gives what it printed last as JSON: counters of the
store, and whether the modules that read and transform sources were loaded.
"""

from __future__ import annotations

import ast
import json
import marshal
import os
import time
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

import numeta
from numeta import staging, staging_source

from .conftest import Child, Program

KERNEL = dedent("""
    import numpy as np, numeta as nm
    import work
    print(work.total(np.arange(4.0)))
""")
WORK = """
import functools
import numeta as nm


def term(x):
    return x * FACTOR if x > 1 else -x


@nm.jit
def total(a: nm.f8[:]) -> float:
    s = 0.0
    for i in range(len(a)):
        s += term(a[i])
    return s


FACTOR = 2.0
"""
FACTS = dedent("""
    import json, sys
    import numeta._cache as c
    from numeta.staging import SOURCES
    facts = c.stats()["process"]
    facts["loaded"] = sorted(n for n in SOURCES if f"numeta.staging_{n}" in sys.modules)
    facts["folder"] = c.directory()
    print(json.dumps(facts))
""")


def told(output: str) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(output.splitlines()[-2])
    return facts


def records(facts: dict[str, Any]) -> list[Path]:
    return sorted(Path(facts["folder"], "staged").glob("*.rec"))


def test_a_later_process_neither_reads_nor_transforms(program: Program) -> None:
    first = told(program(KERNEL + FACTS, work=WORK))
    assert (first["staged_hits"], first["staged_stored"]) == (0, 2)
    output = program(KERNEL + FACTS)
    later = told(output)
    assert output.startswith("9.0\n")
    assert (later["staged_hits"], later["staged_stored"], later["hits"]) == (2, 0, 1)
    assert later["loaded"] == ["marks"] != first["loaded"]
    assert len(records(later)) == 2


def test_other_code_is_another_question(program: Program) -> None:
    program(KERNEL + FACTS, work=WORK)
    output = program(KERNEL + FACTS, work=WORK.replace("else -x", "else +x"))
    assert output.startswith("11.0\n")
    assert (told(output)["staged_hits"], told(output)["staged_stored"]) == (1, 1)
    moved = program(KERNEL + FACTS, work="# a line\n" + WORK)  # its lines are part of the code
    assert moved.startswith("9.0\n") and told(moved)["staged_hits"] == 0
    assert told(program(KERNEL + FACTS, work=WORK))["staged_hits"] == 2


def test_constants_that_are_equal_but_not_the_same(program: Program) -> None:
    """1, 1.0, True and -0.0 make other results of the same instructions."""
    code = """
        import numeta as nm
        @nm.jit
        def f(x: int):
            return x * CONSTANT
        print(repr(f(3)))
    """
    for constant, shown in (("1", "3"), ("1.0", "3.0"), ("True", "3"), ("-0.0", "-0.0")):
        text = code.replace("CONSTANT", constant)
        assert program(text).splitlines()[0] == shown
        assert program(text).splitlines()[0] == shown


def test_every_kind_of_function_is_kept(program: Program) -> None:
    kinds = dedent("""
        import functools, numpy as np, numeta as nm
        def logged(f):
            @functools.wraps(f)
            def inner(x):
                return f(x)
            return inner
        class Scale:
            __slots__ = ("by",)
            def __init__(self, by):
                self.by = by
            def __call__(self, x):
                return x * self.by
            @staticmethod
            def plus(
                x,
                y=1.0,
            ):

                # a comment

                return x + y
        def make(c):
            def closed(x):
                if x > c:
                    return x - c
                return c - x
            return closed
        @logged
        def decorated(x):
            return x * x
        scale, closed, short = Scale(3.0), make(2.0), lambda x: x / 4
        @nm.jit(exact=True)
        def kernel(x: nm.f8) -> float:
            return scale(x) + Scale.plus(x) + closed(x) + short(x) + decorated(x)
        print(kernel(5.0), kernel.py_func(5.0))
    """)
    first = program(kinds + FACTS)
    later = program(kinds + FACTS)
    assert first.splitlines()[0] == later.splitlines()[0] == "50.25 50.25"
    assert told(first)["staged_hits"] == 0 and told(first)["staged_stored"] >= 7
    assert told(later)["staged_hits"] == told(first)["staged_stored"]
    assert told(later)["loaded"] == ["marks"]


def test_errors_show_the_users_lines_as_the_first_time(program: Program) -> None:
    code = dedent("""
        import traceback, numpy as np, numeta as nm
        @nm.jit(checks=True)
        def read(a: nm.f8[:], k: int) -> float:
            if k > 0:
                return a[k]

            return a[
                k - 9
            ]
        @nm.jit
        def refused(a: nm.f8[:]):

            yield a[0]
        for run in (lambda: read(np.zeros(3), 7), lambda: read(np.zeros(3), 0),
                    lambda: refused(np.zeros(3))):
            try:
                run()
            except Exception as problem:
                frame = traceback.extract_tb(problem.__traceback__)[-1]
                print(type(problem).__name__, problem, frame.name, frame.lineno, frame.line)
    """)
    first, later = program(code + FACTS), program(code + FACTS)
    assert first.splitlines()[:-2] == later.splitlines()[:-2] and first.count("\n") > 4
    assert told(later)["staged_hits"] == 2


@pytest.mark.parametrize(
    ("mode", "hits", "stored"),
    [("off", 0, 0), ("readonly", 2, 0), ("refresh", 0, 2), ("verify", 0, 2), ("on", 2, 0)],
)
def test_the_modes_of_the_cache_hold_for_staged_code(
    program: Program, mode: str, hits: int, stored: int
) -> None:
    program(KERNEL + FACTS, work=WORK)
    setting = f"import os\nos.environ['NUMETA_CACHE'] = {mode!r}\n"
    facts = told(program(setting + KERNEL + FACTS))
    assert (facts["staged_hits"], facts["staged_stored"]) == (hits, stored)


def test_a_namespace_has_its_own(program: Program) -> None:
    program(KERNEL + FACTS, work=WORK)
    setting = "import os\nos.environ['NUMETA_CACHE_NAMESPACE'] = 'other'\n"
    assert told(program(setting + KERNEL + FACTS))["staged_hits"] == 0
    assert told(program(setting + KERNEL + FACTS))["staged_hits"] == 2


def test_a_source_is_told_by_its_time_and_a_new_one_by_its_content(tmp_path: Path) -> None:
    """Within one tick of the clock a file may be written twice, as long as it was."""
    file, library = tmp_path / "source.py", str(staging._trace.__file__)

    def identity(text: str, age: float) -> bytes | None:
        file.write_text(text)
        written = time.time() - age
        os.utime(file, (written, written) if age < 1e6 else (1, 1))
        return staging._cache.identity_of([str(file)], library)

    first = identity("a = 1", 1e7)
    assert first is not None and first == identity("a = 1", 1e7)
    assert first != identity("a = 12", 1e7) and first != identity("a = 1", 100.0)
    file.write_text("a = 1")
    state = os.stat(file)
    new = staging._cache.identity_of([str(file)], library)
    file.write_text("a = 2")
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert new is not None and new != staging._cache.identity_of([str(file)], library)
    assert staging._cache.identity_of([str(tmp_path / "absent.py")], library) is None


def test_what_transforms_is_part_of_the_question(program: Program) -> None:
    """Sources of numeta that say something else, another Python, another level of `-O`."""
    program(KERNEL + FACTS, work=WORK)
    changes = (
        "staging._stager.words = staging._stager.read().replace(b'3.', b'4.')",
        "staging._stager.words = b'x' + staging._stager.read()",
        "c = staging._cache; staging._cache = type('C', (), dict(vars(c), identity_of="
        "lambda sources, library: c.identity_of(sources[1:], library)))",
    )
    for change in changes:
        code = f"from numeta import staging\n{change}\n" + KERNEL + FACTS
        assert told(program(code))["staged_hits"] == 0, change
    code = "import subprocess, sys\nprint(subprocess.run([sys.executable, '-O', 'again.py'], "
    code += "capture_output=True, text=True, check=True).stdout)\nprint()\n"
    optimised = program(code, again=KERNEL + FACTS).splitlines()[1]
    assert json.loads(optimised)["staged_hits"] == 0


def test_a_package_whose_sources_cannot_be_read_keeps_nothing(program: Program) -> None:
    code = "from numeta import staging\nstaging.PACKAGE = '/nowhere/'\n" + KERNEL + FACTS
    facts = told(program(code, work=WORK))
    assert (facts["staged_hits"], facts["staged_stored"]) == (0, 0)


def test_a_source_that_was_edited_under_a_running_program_is_not_kept(program: Program) -> None:
    """A comment more: the code is the same, its lines are those of another text."""
    code = dedent("""
        import pathlib
        import work
        text = pathlib.Path("work.py").read_text()
        head, tail = text.split("    s = 0.0")
        pathlib.Path("work.py").write_text(head + "    # a comment\\n    s = 0.0" + tail)
    """)
    facts = told(program(code + KERNEL + FACTS, work=WORK))
    assert facts["staged_stored"] == 1  # the helper's
    output = program(KERNEL + FACTS, work=WORK)
    assert output.startswith("9.0\n") and told(output)["staged_hits"] == 1


def test_code_that_pytest_has_rewritten_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def checked(x: float) -> float:
        assert x > 0, "positive"
        return x

    asked: list[bytes] = []
    monkeypatch.setattr(staging._cache, "keep_staged", lambda question, _: asked.append(question))
    found = staging_source.transformed(checked)
    assert found is not None and not found.is_certain
    staging._template(checked)
    assert asked == []


def test_equal_code_is_the_same_question_however_it_came_here() -> None:
    """Compiled, read from bytecode, and after it has run often enough to be specialised."""
    source = "def f(x):\n    return x in {'a', 'b', 'c'} or x.strip() == 'd'\n"
    compiled = compile(source, "<some>", "exec").co_consts[0]
    read = marshal.loads(marshal.dumps(compile(source, "<some>", "exec"))).co_consts[0]
    question = staging._question(compiled)
    assert question and staging._question(read) == question
    function = type(lambda: 0)(read, {})
    assert sum(function("d") for _ in range(2000)) == 2000
    assert staging._question(read) == question


def test_all_modules_that_transform_are_named() -> None:
    """What staging_source loads of numeta, and what that loads, is in the question; but for the
    tracer, which it tells by its file, and records, which only hold values."""
    folder = Path(numeta.__file__).parent
    found: set[str] = set()
    pending = {"staging_source"}
    while pending:
        name = pending.pop()
        found.add(name)
        if name == "_trace":
            continue
        for node in ast.walk(ast.parse((folder / f"{name}.py").read_text())):
            if isinstance(node, ast.ImportFrom) and node.level == 1:
                pending |= {node.module or ""} - found
    assert found - {"_trace", "records"} == {f"staging_{name}" for name in staging.SOURCES}


# -- damage, age and size --------------------------------------------------------------------------


def test_fault_02_and_03_of_staged_records(child: Child) -> None:
    """Cut at every length, and a thousand bits flipped: the answer is the one given, or none."""
    child(
        """
        import random
        rng = random.Random(7)
        asked, answer = b"question" * 9, bytes(range(256))
        use(folder)
        c.keep_staged(asked, answer)
        (path,) = Path(folder, "staged").glob("*.rec")
        whole = path.read_bytes()
        assert c.staged(asked) == answer and c.staged(asked + b"x") is None
        def replace(data):
            other = path.with_suffix(".new")
            other.write_bytes(data)
            other.replace(path)
        for size in range(len(whole)):
            replace(whole[:size])
            assert c.staged(asked) is None, size
        for _ in range(1000):
            damaged = bytearray(whole)
            bit = rng.randrange(len(whole) * 8)
            damaged[bit // 8] ^= 1 << bit % 8
            replace(bytes(damaged))
            assert c.staged(asked) is None, bit
        assert counted("corrupt") == len(whole) + 1000 == len(lines)
        c.keep_staged(asked, answer)
        assert c.staged(asked) == answer and path.read_bytes() == whole
        """
    )


def test_fault_05_record_of_another_question(child: Child) -> None:
    child(
        """
        use(folder)
        c.keep_staged(b"one", b"1")
        (one,) = Path(folder, "staged").glob("*.rec")
        c.keep_staged(b"two", b"2")
        (two,) = set(Path(folder, "staged").glob("*.rec")) - {one}
        one.write_bytes(two.read_bytes())
        assert c.staged(b"one") is None and len(lines) == 1 and "another function's" in lines[0]
        c.keep_staged(b"one", b"1")
        assert (c.staged(b"one"), c.staged(b"two")) == (b"1", b"2")
        """
    )


def test_fault_15_and_16_of_staged_records(child: Child) -> None:
    """The n-th call of reading and writing fails, n = 1, 2, ...: a miss, and a later call heals."""
    child(
        """
        import errno
        for error in (errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.ESTALE, errno.EACCES):
            for n in range(1, 60):
                store = f"{folder}-{error}-{n}"
                use(store)
                c.keep_staged(b"old", b"0")
                arm(store, "open,mkdir,write,read,rename,fstat,lstat", n, error=error)
                assert c.staged(b"old") in (b"0", None)
                c.keep_staged(b"new", b"1")
                assert c.staged(b"new") in (b"1", None)
                counted_calls = disarm()
                use(store)
                c.keep_staged(b"new", b"1")
                assert (c.staged(b"old"), c.staged(b"new")) == (b"0", b"1"), (error, n)
                assert not [path for path in left_behind(store) if ".tmp-" in path.name]
                if counted_calls == 0:
                    break
            assert n > 3, n
        """,
        spoiled=True,
    )


def test_fault_23_staged_records_count_and_the_oldest_go(child: Child) -> None:
    child(
        """
        use(folder)
        right(1)
        for k in range(40):
            c.keep_staged(b"%d" % k, bytes(50_000))
        staged = sorted(Path(folder, "staged").glob("*.rec"))
        for age, path in enumerate(staged):
            os.utime(path, (10_000 + age, 10_000 + age))
        assert c.prune(1_000_000) == 0  # no entry is as old as they are
        left = sorted(Path(folder, "staged").glob("*.rec"))
        sizes = sum(path.stat().st_size for path in [*left, *entry_files(folder)])
        assert left == staged[-len(left):] and 900_000 < sizes <= 1_000_000
        use(folder)
        assert right(1).hit
        use(folder, max_size=200_000)
        for k in range(40, 80):
            c.keep_staged(b"%d" % k, bytes(50_000))
        assert sum(p.stat().st_size for p in Path(folder, "staged").glob("*.rec")) < 300_000
        c.keep_staged(b"large", bytes(300_000))
        assert c.staged(b"large") is None
        c.clear()
        assert not list(Path(folder, "staged").glob("*.rec"))
        """
    )


def test_use_is_what_keeps_a_record(child: Child) -> None:
    child(
        """
        use(folder)
        c.keep_staged(b"one", b"1")
        (path,) = Path(folder, "staged").glob("*.rec")
        os.utime(path, (1, 1))
        assert c.staged(b"one") == b"1" and path.stat().st_mtime > 1
        """
    )


def test_records_of_read_only_stores_are_read(child: Child) -> None:
    child(
        """
        use(folder)
        c.keep_staged(b"one", b"1")
        use(folder + "-own", path=folder + "-own:" + folder)
        assert c.staged(b"one") == b"1"
        c.keep_staged(b"two", b"2")
        use(folder)
        assert c.staged(b"two") is None
        """
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_store_that_cannot_be_written_is_no_error(child: Child) -> None:
    child(
        """
        use(folder)
        os.chmod(folder, 0o500)
        use(folder)
        c.keep_staged(b"one", b"1")
        assert c.staged(b"one") is None
        os.chmod(folder, 0o700)
        """
    )
