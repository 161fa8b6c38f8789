"""The command as a whole: entry point, colour on terminals only, what it must not import."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

COMMAND = [sys.executable, "-m", "numeta.cli"]


def on_a_terminal(*words: str, **settings: str) -> str:
    """Output of the command where stdout is a terminal."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "100"} | settings
    environment.pop("NO_COLOR", None) if "NO_COLOR" not in settings else None
    process = subprocess.Popen([*COMMAND, *words], stdout=theirs, env=environment)
    os.close(theirs)
    parts = []
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        parts.append(part)
    os.close(ours)
    assert process.wait() == 0
    return b"".join(parts).decode()


def test_colour_is_for_terminals_only(tmp_path: Path) -> None:
    cache = {"NUMETA_CACHE_DIR": str(tmp_path)}
    assert "\x1b[" in on_a_terminal("doctor", **cache)
    piped = subprocess.run(
        [*COMMAND, "doctor"], env=os.environ | cache, capture_output=True, text=True, check=True
    )
    assert "\x1b[" not in piped.stdout


def test_no_colour_where_it_is_not_wanted(tmp_path: Path) -> None:
    shown = on_a_terminal("doctor", NO_COLOR="1", NUMETA_CACHE_DIR=str(tmp_path))
    assert "\x1b[3" not in shown


def test_entry_point_is_installed() -> None:
    script = Path(sys.executable).with_name("numeta")
    done = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("numeta, version ")


def test_importing_numeta_imports_no_command_line() -> None:
    program = "import sys, numeta; print(*{'click', 'rich', 'numeta.cli'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""


def test_cache_commands_need_neither_numpy_nor_the_tracer(tmp_path: Path) -> None:
    program = (
        "import sys, numeta_command\n"
        "sys.argv[1:] = ['cache', 'stats', '--json']\n"
        "try:\n    numeta_command.main()\nexcept SystemExit as end:\n    assert not end.code\n"
        "loaded = {'numpy', 'rich', 'numeta._trace', 'numeta._call'} & set(sys.modules)\n"
        "print('loaded:', *loaded)"
    )
    environment = os.environ | {"NUMETA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "loaded:"


def test_the_script_runs_every_command(tmp_path: Path) -> None:
    environment = os.environ | {"NUMETA_CACHE_DIR": str(tmp_path)}
    script = [sys.executable, "-m", "numeta_command"]
    for words in (["cache", "ls"], ["doctor", "--json"], ["--version"], ["--help"]):
        done = subprocess.run([*script, *words], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    completing = {"_NUMETA_COMPLETE": "bash_complete", "COMP_WORDS": "numeta cache pr"}
    done = subprocess.run(
        script, env=environment | completing | {"COMP_CWORD": "2"}, capture_output=True, text=True
    )
    assert done.stdout == "plain,prune\n", done
