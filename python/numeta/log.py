"""Messages of numeta go to `logging.getLogger("numeta")`, which is imported when one is due.

Nobody listens by default: a message costs one comparison unless the application has imported
`logging` itself or NUMETA_LOG (or `nm.config.log`) asks for messages on stderr.
"""

from __future__ import annotations

import sys

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_shown = False


def show_from(level: str) -> None:
    """Send messages from `level` on to stderr; "off" takes that handler away again."""
    global _shown
    if level == "off" and not _shown:
        return
    import logging

    logger = logging.getLogger("numeta")
    for handler in [h for h in logger.handlers if h.get_name() == "numeta stderr"]:
        logger.removeHandler(handler)
    _shown = level != "off"
    if _shown:
        stream = logging.StreamHandler()
        stream.set_name("numeta stderr")
        stream.setFormatter(logging.Formatter("numeta %(levelname)s: %(message)s"))
        logger.addHandler(stream)
        logger.setLevel(_LEVELS[level])
    else:
        logger.setLevel(logging.NOTSET)


def is_heard() -> bool:
    """Whether anybody may listen: a message that is long to write need not be written else."""
    return _shown or "logging" in sys.modules


def message(level: str, text: str) -> None:
    """Log `text` at `level` ("debug", "info", "warning", "error")."""
    if not is_heard():
        return
    import logging

    logging.getLogger("numeta").log(_LEVELS[level], "%s", text)


def from_cache(text: str) -> None:
    """What `_cache` reports to: one line, from any thread."""
    message("debug", text)
