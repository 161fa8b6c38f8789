"""`import numeta` loads NumPy and itself, nothing else from outside and nothing slow."""

import subprocess
import sys

SCRIPT = """\
import sys, numpy
before = set(sys.modules)
import numeta
new = {m.partition('.')[0] for m in set(sys.modules) - before}
slow = {'logging', 'dataclasses', 'subprocess', 'tempfile', 'json', 'difflib', 'shutil', 'argparse'}
loaded = {m for m in new if m not in sys.stdlib_module_names} - {'numeta'}
print(sorted(loaded), sorted(new & slow))
"""


def test_import_loads_only_numpy_beyond_the_standard_library():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True)
    assert done.stdout.strip() == "[] []", done.stdout + done.stderr
