"""Whole texts of what a wrong setting raises, and that settings take effect."""

import os
import subprocess
import sys

import pytest

import numeta as nm
from numeta.config import SETTINGS, Config


def import_with(**environment):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("NUMETA_")}
    command = [sys.executable, "-W", "always", "-c", "import numeta"]
    return subprocess.run(
        command, capture_output=True, text=True, env={**clean, **environment}
    ).stderr


def test_unknown_variable_warns_with_the_nearest_name():
    text = import_with(NUMETA_CACHEDIR="/tmp")
    assert (
        "ConfigWarning: NM602: NUMETA_CACHEDIR is not a setting of numeta; did you mean"
        " NUMETA_CACHE_DIR?" in text
    )


def test_known_variables_do_not_warn():
    assert import_with(NUMETA_CACHE="readonly", NUMETA_CACHE_MAX_SIZE="10M") == ""


BAD = [
    ("NUMETA_CACHE", "onn", "one of on, off, readonly, refresh, verify"),
    ("NUMETA_CACHE_MAX_SIZE", "big", "a number of bytes, as in 500M or 2G; 0 means no limit"),
    ("NUMETA_COMPILE_JOBS", "-1", "a whole number; 0 means one per core"),
    ("NUMETA_DISABLE_JIT", "maybe", "0 or 1"),
    ("NUMETA_LOG", "loud", "one of off, debug, info, warning, error"),
]


@pytest.mark.parametrize("name, value, expected", BAD, ids=[b[0] for b in BAD])
def test_bad_value_is_an_error(name, value, expected):
    with pytest.raises(nm.ConfigError) as caught:
        Config({name: value})
    assert str(caught.value) == f"NM601: {name}: {value!r} is not valid\n  Instead: {expected}"


def test_attribute_is_validated_and_unknown_ones_are_refused():
    with pytest.raises(nm.ConfigError) as caught:
        nm.config.cache = "onn"
    assert str(caught.value) == (
        "NM601: nm.config.cache: 'onn' is not valid\n"
        "  Instead: one of on, off, readonly, refresh, verify"
    )
    with pytest.raises(nm.ConfigError) as caught:
        nm.config.cachdir = "x"
    assert str(caught.value) == "NM604: nm.config has no setting 'cachdir'; did you mean cache_dir?"


@pytest.mark.parametrize(
    "text, size", [("0", 0), ("10", 10), ("2K", 2048), ("1.5M", 3 << 19), ("2GiB", 2 << 30)]
)
def test_sizes(text, size):
    assert Config({"NUMETA_CACHE_MAX_SIZE": text}).cache_max_size == size


def test_every_variable_is_an_attribute():
    names = {row.variable for row in SETTINGS}
    assert names == {
        "NUMETA_" + name
        for name in (
            "CACHE_DIR CACHE CACHE_MAX_SIZE FC CC FFLAGS MARCH DISABLE_JIT LOG COMPILE_JOBS"
            " CACHE_PATH CACHE_NAMESPACE CACHE_SHARED COMPILE_TIMEOUT"
            " KEEP_FAILED UNROLL_LIMIT UNROLL_BUDGET NUM_THREADS BLAS"
        ).split()
    }
    for row in SETTINGS:
        assert hasattr(nm.config, row.attribute)
