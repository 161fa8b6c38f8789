"""The cache as Python sees it: builds, hits, errors, interruption, forks, refused places.

Each test has a store of its own; compiled kernels are called through ctypes.
"""

from __future__ import annotations

import ctypes
import os
import pathlib
import shutil
import signal
import stat
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

_cache: Any = pytest.importorskip("numeta._cache")

pytestmark = pytest.mark.skipif(shutil.which("gfortran") is None, reason="no gfortran")

FORTRAN = """\
recursive subroutine k(a) bind(c, name="numeta_k")
  use, intrinsic :: iso_c_binding
  implicit none
  real(c_double), intent(inout) :: a(0:2)
  a = a * 2 + {n}
end subroutine
"""
STUB = """\
#include <stdint.h>
extern void numeta_k(double *);
int32_t numeta_stub(int64_t *frame) { numeta_k((double *)frame); return 0; }
"""
FLAGS = ["-O3", "-fwrapv", "-ffp-contract=off"]


def build(n: int, flags: list[str] = FLAGS, interrupted: Callable[[], bool] | None = None) -> Any:
    return _cache.build(FORTRAN.format(n=n), STUB, "numeta_stub", flags, f"k{n}", interrupted)


def call(loaded: Any) -> list[float]:
    values = (ctypes.c_double * 3)(1, 2, 3)
    function = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p)(loaded.address)
    assert function(ctypes.addressof(values)) == 0
    return list(values)


@pytest.fixture
def lines(tmp_path: pathlib.Path) -> Iterator[list[str]]:
    before = _cache.settings()
    collected: list[str] = []
    _cache.configure(dir=tmp_path / "store", mode="on", log=collected.append)
    yield collected
    _cache.configure(**before, keep_failed=False, log=None)


def test_miss_then_hit(lines: list[str]) -> None:
    first = build(1)
    again = build(1)
    assert (first.hit, again.hit) == (False, True)
    assert first.key == again.key
    assert call(first) == call(again) == [3.0, 5.0, 7.0]
    assert {"key", "compile", "fortran", "c", "link", "publish", "load"} <= set(first.timings)
    assert _cache.stats()["process"]["compiles"] == 1
    assert lines == []


def test_entry_holds_all_that_made_it(lines: list[str]) -> None:
    key = build(2).key
    (row,) = _cache.entries()
    assert (row["key"], row["label"], row["state"]) == (key, "k2", "sound")
    entry = _cache.entry(key[:8])
    assert entry["fortran"] == FORTRAN.format(n=2)
    assert entry["stub"] == STUB
    assert entry["way"] == "direct"
    assert len(entry["commands"]) == 3
    assert "-O3" in entry["flags"]
    assert _cache.entry("ffffffffffff") is None


def test_refresh_replaces_a_loaded_entry_and_runs_the_new_one(lines: list[str]) -> None:
    old = build(3)
    _cache.configure(mode="refresh")
    new = build(3)
    assert not new.hit
    assert call(new) == call(old)


def test_failed_compile_raises_with_the_compilers_words_and_is_not_stored(
    lines: list[str],
) -> None:
    with pytest.raises(_cache.BuildError) as caught:
        _cache.build("subroutine k(\n", STUB, "numeta_stub", FLAGS)
    assert caught.value.kind == "failed"
    assert "Error" in caught.value.output
    assert caught.value.kept == ""
    assert _cache.entries() == []


def test_failed_sources_are_kept_when_asked_for(lines: list[str]) -> None:
    _cache.configure(keep_failed=True)
    with pytest.raises(_cache.BuildError) as caught:
        _cache.build("subroutine k(\n", STUB, "numeta_stub", FLAGS)
    kept = pathlib.Path(caught.value.kept)
    assert (kept / "kernel.f90").read_text() == "subroutine k(\n"
    shutil.rmtree(kept)


def test_missing_compiler_names_what_was_looked_for(lines: list[str]) -> None:
    _cache.configure(fc="gfortran-not-here")
    with pytest.raises(_cache.BuildError, match="gfortran-not-here") as caught:
        build(4)
    assert caught.value.kind == "missing"


def test_interrupt_that_answers_true_ends_the_build(lines: list[str]) -> None:
    with pytest.raises(_cache.BuildError) as caught:
        build(5, interrupted=lambda: True)
    assert caught.value.kind == "interrupted"
    assert call(build(5)) == [7.0, 9.0, 11.0]


def test_interrupt_that_raises_raises(lines: list[str]) -> None:
    def stop() -> bool:
        raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        build(6, interrupted=stop)


def slow_compiler(folder: pathlib.Path) -> str:
    """A Fortran compiler that hangs when it compiles, and answers questions as gfortran."""
    script = folder / "slow-gfortran"
    script.write_text(
        "#!/bin/sh\n"
        'for word in "$@"; do\n'
        '  case "$word" in -print*|-dump*|-###) exec gfortran "$@";; esac\n'
        "done\n"
        f"echo $$ > {folder}/pid\nsleep 60\n"
    )
    script.chmod(0o700)
    return str(script)


def test_control_c_while_compiling_ends_the_compiler(
    lines: list[str], tmp_path: pathlib.Path
) -> None:
    _cache.configure(fc=slow_compiler(tmp_path), driver_only=True)
    pid_file = tmp_path / "pid"

    def press() -> None:
        while not (pid_file.exists() and pid_file.read_text().strip()):
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=press).start()
    try:
        with pytest.raises(KeyboardInterrupt):
            build(7)
    finally:
        _cache.configure(fc=None, driver_only=False)
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)
    assert call(build(7)) == [9.0, 11.0, 13.0]


def test_threads_on_one_key_compile_once(lines: list[str]) -> None:
    results: list[list[float]] = []
    threads = [threading.Thread(target=lambda: results.append(call(build(8)))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [[10.0, 12.0, 14.0]] * 8
    assert _cache.stats()["process"]["compiles"] == 1


def test_forked_child_builds_and_hits(lines: list[str]) -> None:
    build(9)
    child = os.fork()
    if child == 0:
        good = build(9).hit and not build(10).hit
        os._exit(0 if good else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert build(10).hit


def run_python(code: str, **changes: Any) -> subprocess.CompletedProcess[str]:
    script = textwrap.dedent(code)
    here = pathlib.Path(__file__).parent
    prelude = (
        f"import sys; sys.path.insert(0, {str(here)!r})\n"
        "import test_cache_module as t\nc = t._cache\n"
    )
    return subprocess.run(
        [sys.executable, "-c", prelude + script], capture_output=True, text=True, **changes
    )


def test_new_process_hits_without_starting_any_compiler(
    lines: list[str], tmp_path: pathlib.Path
) -> None:
    build(11)
    done = run_python(
        f"""
        import os
        c.configure(dir={str(tmp_path / "store")!r})
        before = os.times().children_user
        loaded = t.build(11)
        assert loaded.hit and t.call(loaded) == [13.0, 15.0, 17.0]
        assert c.stats()['process']['compiles'] == 0
        assert os.times().children_user == before and 'compile' not in loaded.timings
        """
    )
    assert done.returncode == 0, done.stderr
    assert _cache.stats()["all"]["hits"] >= 1


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become another user")
def test_read_only_store_serves_hits_and_builds_privately(lines: list[str]) -> None:
    folder = pathlib.Path("/tmp") / f"numeta-read-only-{os.getpid()}"
    nobody = 65534
    try:
        _cache.configure(dir=folder)
        build(12)
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, nobody, nobody)
            path.chmod(0o500 if path.is_dir() else 0o400)
        code = f"""
            import os
            os.setgid({nobody}); os.setuid({nobody})
            lines = []
            c.configure(dir={str(folder)!r}, log=lines.append)
            hit = t.build(12)
            assert hit.hit, lines
            new = t.build(13)
            assert not new.hit and t.call(new) == [15.0, 17.0, 19.0]
            assert c.directory() != {str(folder)!r} and len(lines) == 1, lines
            print(c.directory())
            """
        done = run_python(code)
        assert done.returncode == 0, done.stderr
        assert not pathlib.Path(done.stdout.strip()).exists()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_folder_that_others_may_write_to_is_refused(
    lines: list[str], tmp_path: pathlib.Path
) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    _cache.configure(dir=folder)
    assert call(build(14)) == [16.0, 18.0, 20.0]
    assert list(folder.iterdir()) == []
    assert len(lines) == 1
    assert "can be written by others" in lines[0]
    private = pathlib.Path(_cache.directory())
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    _cache.configure(dir=tmp_path / "store")
    assert not private.exists()


def test_verify_and_clear(lines: list[str]) -> None:
    build(15)
    assert [row["outcome"] for row in _cache.verify()] == ["equal"]
    assert _cache.clear() == 1
    assert _cache.entries() == []
    assert not build(15).hit


def test_no_fortran_name_is_exported(lines: list[str]) -> None:
    listing = subprocess.run(
        ["nm", "-D", "--defined-only", build(16).path], capture_output=True, text=True, check=True
    )
    assert [line.split()[2] for line in listing.stdout.splitlines()] == ["numeta_stub"]


def test_toolchain_tells_what_doctor_needs(lines: list[str]) -> None:
    tool = _cache.toolchain(FLAGS)
    assert tool["way"] == "direct"
    assert tool["f951"].endswith("f951")
    assert tool["march"] not in ("", "native")


def test_unknown_setting_or_mode_is_an_error() -> None:
    with pytest.raises(TypeError, match="colour"):
        _cache.configure(colour="red")
    with pytest.raises(ValueError, match="on, off, readonly, refresh or verify"):
        _cache.configure(mode="sometimes")
