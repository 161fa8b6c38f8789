"""Finds the Pythons that numeta supports on this machine.

Looks at pyenv's versions and at `python3`, `python3.X` on PATH; standard library only, Python 3.8
on. What always holds: at most one interpreter a minor version (the newest patch), oldest minor
first, and each one listed has answered with its own version and can make virtual environments.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

SUPPORTED = ((3, 11), (3, 12), (3, 13))

PROBE = """
import ensurepip, sys, venv
print(*sys.version_info[:3], sys.version_info.releaselevel, sys.executable)
"""


def candidates() -> "list[str]":
    """Every path that might be a supported interpreter."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found = [str(path) for path in sorted(root.glob("versions/3.*/bin/python"))]
    names = ["python3"] + [f"python{major}.{minor}" for major, minor in SUPPORTED]
    for name in names:
        for folder in os.get_exec_path():
            path = shutil.which(name, path=folder)
            if path:
                found.append(path)
    return found


def ask(path: str) -> "tuple[tuple[int, int, int], str] | None":
    """Version and real path of an interpreter; None if it is unusable or unsupported."""
    done = subprocess.run([path, "-c", PROBE], capture_output=True, text=True, check=False)
    words = done.stdout.split(maxsplit=4)
    if done.returncode != 0 or len(words) != 5 or words[3] != "final":
        return None
    version = (int(words[0]), int(words[1]), int(words[2]))
    return (version, words[4].strip()) if version[:2] in SUPPORTED else None


def supported() -> "dict[tuple[int, int], str]":
    """Minor version -> interpreter path, the newest patch of each."""
    best: dict[tuple[int, int], tuple[tuple[int, int, int], str]] = {}
    for path in dict.fromkeys(candidates()):
        answer = ask(path)
        if answer and (answer[0][:2] not in best or answer[0] > best[answer[0][:2]][0]):
            best[answer[0][:2]] = answer
    return {minor: best[minor][1] for minor in SUPPORTED if minor in best}


def preferred(wanted: str) -> str:
    """The wanted interpreter if it is supported, else the newest supported one."""
    path = shutil.which(wanted)
    answer = ask(path) if path else None
    if answer:
        return answer[1]
    known = supported()
    if not known:
        names = ", ".join(f"{major}.{minor}" for major, minor in SUPPORTED)
        sys.exit(f"numeta needs one of Python {names} with venv; none was found on this machine.")
    return known[max(known)]


if __name__ == "__main__":
    for minor_version, interpreter in supported().items():
        print("{}.{}".format(*minor_version), interpreter)
