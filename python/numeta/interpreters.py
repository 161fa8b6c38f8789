"""Refuses to be imported in a sub-interpreter, before any extension module is.

There they would wait for a lock that the thread itself holds: pybind11 takes the main interpreter's
state for the thread's own. What always holds: the import fails at once, and the process goes on.
"""


def _is_main() -> bool:
    try:
        import ctypes  # which NumPy imports too
    except ModuleNotFoundError:  # a Python that was built without it
        raise
    except ImportError:  # as in sub-interpreters of Python 3.12 that share nothing
        return False
    api = ctypes.pythonapi
    for function in (api.PyInterpreterState_Get, api.PyInterpreterState_Main):
        function.restype = ctypes.c_void_p
    return bool(api.PyInterpreterState_Get() == api.PyInterpreterState_Main())


if not _is_main():
    raise ImportError("numeta runs in the main interpreter only, not in a sub-interpreter")
