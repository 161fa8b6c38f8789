"""Faults 31, 33, 39, 48, 49: compilers that change, fail, hang or are not there.

The compilers are scripts around gfortran, as a user's wrapper would be one.
"""

from __future__ import annotations

from .conftest import Child

WRAPPER = r"""
    def wrapper(name, compiling='exec gfortran "$@"', asked='exec gfortran "$@"'):
        script = Path(folder + "-" + name)
        new = Path(folder + "-new")
        new.write_text(
            "#!/bin/sh\n"
            'for word in "$@"; do\n'
            f'  case "$word" in -print*|-dump*|-"###") {asked};; esac\n'
            "done\n"
            f"{compiling}\n"
        )
        new.chmod(0o700)
        new.replace(script)
        return str(script)
"""


def test_fault_31_changed_compiler_wrapper_or_flags(child: Child) -> None:
    child(
        WRAPPER
        + """
    def misses(**settings):
        use(folder, **settings)
        missed = not right(1).hit
        use(folder, **settings)
        assert right(1).hit
        return missed
    script = wrapper("fc")
    assert misses(fc=script, driver_only=True)
    os.utime(script, (1, 1))
    assert misses(fc=script)  # replaced in place, all but the time as it was
    wrapper("fc", compiling='exec gfortran -g0 "$@"')
    assert misses(fc=script)  # its text changed
    assert misses(fc=wrapper("other"))  # another one
    assert misses(fc=None, driver_only=False)
    assert misses(fflags="-O0") and misses(fflags="-O0 -fno-inline")
    assert not misses(fflags="-O0")
    # What the driver reads and puts into the commands is seen there.
    os.makedirs(folder + "-libraries")
    setenv, unsetenv = shim.setenv, shim.unsetenv
    setenv(b"LIBRARY_PATH", os.fsencode(folder + "-libraries"), 1)
    assert misses(fflags=None)
    unsetenv(b"LIBRARY_PATH")
    # What the compilers would read themselves never reaches them.
    Path(folder + "-libraries", "stdint.h").write_text("#error not this one")
    for variable in (b"CPATH", b"C_INCLUDE_PATH", b"LD_RUN_PATH"):
        setenv(variable, os.fsencode(folder + "-libraries"), 1)
        use(folder, fflags="-O0 -fno-ipa-cp")
        right(1)
    c.configure(mode="verify")
    right(1)
    assert lines == [], lines
    """
    )


def test_fault_31_record_of_the_toolchain_follows_it(child: Child) -> None:
    """A record that is damaged, or speaks of programs as they were, is replaced: asked for once."""
    child(
        """
        use(folder)
        right(1)
        (record,) = Path(folder, "toolchains").iterdir()
        sound = record.read_bytes()
        for damaged in (b"", sound[:-1], sound[:100] + b"x" + sound[101:], os.urandom(999)):
            record.write_bytes(damaged)
            use(folder)
            assert right(1).hit
            assert record.read_bytes() == sound
        use(folder)
        before = os.times().children_user + os.times().children_system
        assert right(1).hit
        assert os.times().children_user + os.times().children_system == before
        """
    )


def test_fault_33_nothing_of_the_interpreter_is_in_a_key(child: Child) -> None:
    """So interpreters and NumPys share entries; an entry links neither, so none is loaded into the
    wrong one. Builds of other interpreters are run by `make test-all`."""
    child(
        """
        import platform, subprocess, sysconfig
        use(folder)
        loaded = right(1)
        entry = c.entry(loaded.key)
        library = sysconfig.get_path("stdlib")
        words = [sys.executable, platform.python_version(), "libpython", library]
        for name, value in entry["material"].items():
            assert not any(word in value for word in words), name
        needed = subprocess.run(["readelf", "-d", loaded.path], capture_output=True, text=True)
        assert "python" not in needed.stdout and needed.returncode == 0
        other = ctypes.CDLL(loaded.path)
        assert other.numeta_stub
        """
    )


def test_fault_39_compiler_that_fails_in_each_way(child: Child) -> None:
    child(
        WRAPPER
        + """
    ways = {
        "exit 1": ("echo Error: no >&2; exit 1", "failed", "exit status 1"),
        "crash": ('echo "internal compiler error: Segmentation fault" >&2; exit 4', "failed",
                  "exit status 4"),
        "killed": ("kill -9 $$", "failed", "signal 9"),
        "no output": ("exit 0", "failed", ""),
        "empty output": (": > kernel.o; exit 0", "failed", ""),
        "hangs": ("sleep 60", "timeout", "longer than"),
        "chatters": ("yes Warning: and so on | head -c 100000000 >&2; exit 1", "failed",
                     "exit status 1"),
    }
    for name, (compiling, kind, words) in ways.items():
        script = wrapper(name.replace(" ", "-"), compiling)
        timeout = 0.5 if kind == "timeout" else 60.0
        use(folder, fc=script, driver_only=True, compile_timeout=timeout, keep_failed=True)
        for attempt in (1, 2):
            try:
                build(1)
            except c.BuildError as problem:
                assert problem.kind == kind, (name, problem.kind, str(problem))
                assert words in str(problem), (name, str(problem))
                assert problem.command, name
                assert len(problem.output) <= 300_000
                if kind == "failed":
                    assert Path(problem.kept, "kernel.f90").read_text() == FORTRAN.format(n=1)
                    import shutil
                    shutil.rmtree(problem.kept)
            else:
                raise AssertionError(name)
        assert entry_files(folder) == [] and left_behind(folder) == []
        assert counted("failures") == 2
    use(folder, fc=None, driver_only=False, keep_failed=False, compile_timeout=600.0)
    right(1)
    """
    )


def test_fault_39_no_compiler(child: Child) -> None:
    child(
        """
        for settings in ({"fc": "/nonexistent/gfortran"}, {"fc": "no-such-fortran"},
                         {"fc": None, "cc": "no-such-c"}, {"fc": "/dev/null", "cc": None}):
            use(folder, **settings)
            try:
                build(1)
            except c.BuildError as problem:
                assert problem.kind == "missing", settings
                assert str(next(value for value in settings.values() if value)) in str(problem)
            else:
                raise AssertionError(settings)
        use(folder, fc=None, cc=None)
        right(1)
        """
    )


def test_fault_39_questions_that_cannot_be_asked_are_asked_again(child: Child) -> None:
    """A compiler that is killed while it is asked has not answered; no later process is told so."""
    child(
        WRAPPER
        + """
    script = wrapper("fc", asked="kill -9 $$")
    times = os.stat(script)
    use(folder, fc=script)
    try:
        build(1)
    except c.BuildError as problem:
        assert "signal 9" in str(problem), str(problem)
    else:
        raise AssertionError
    assert not list(Path(folder).glob("toolchains/*"))
    """
    )


def test_fault_48_same_bytes_whenever_and_wherever_built(child: Child) -> None:
    child(
        """
        import random
        bytes_of = {}
        for place in ("one", "two/with a longer name"):
            for flags in (FLAGS, ["-O3", "-g"], ["-O3", "-fopenmp"]):
                use(f"{folder}-{place}", max_size=None)
                os.makedirs(f"{folder}-work/{place}", exist_ok=True)
                os.chdir(f"{folder}-work/{place}")
                ctypes.CDLL(None).setenv(b"TMPDIR", os.fsencode(os.getcwd()), 1)
                loaded = right(1, flags)
                entry = c.entry(loaded.key)
                elf = Path(loaded.path).read_bytes()[: entry["elf_size"]]
                assert bytes_of.setdefault(loaded.key, elf) == elf, flags
        assert len(bytes_of) == 3
        assert {row["outcome"] for row in c.verify()} == {"equal"}
        c.configure(mode="verify")
        right(1)
        assert lines == [], lines
        """
    )


def test_fault_48_verify_tells_what_differs(child: Child) -> None:
    """A compiler that is not the same twice: its identity is, so only the comparison can tell."""
    child(
        WRAPPER
        + """
    script = wrapper("fc", 'case " $* " in *" -c "*) exec gfortran "$@" -frandom-seed=$$ -g1 '
                     '-fdebug-prefix-map=/=$$;; esac; exec gfortran "$@"')
    use(folder, fc=script, driver_only=True)
    right(1)
    (row,) = c.verify()
    assert row["outcome"] == "differs", row
    c.configure(mode="verify")
    right(1)
    assert len(lines) == 1 and "differs" in lines[0], lines
    """
    )


def test_fault_49_store_serves_where_no_compiler_is(child: Child) -> None:
    child(
        """
        use(folder, fc="gfortran", cc="gcc")
        right(1)
        ctypes.CDLL(None).setenv(b"PATH", b"/nonexistent", 1)
        use(folder)
        assert right(1).hit
        try:
            build(2)
        except c.BuildError as problem:
            assert problem.kind == "missing" and "NUMETA_FC" in str(problem), str(problem)
        else:
            raise AssertionError
        """
    )
