"""What staged code and the run-time side of it agree on: reserved names, and marks as bits.

Both read it, and only what transforms needs to know syntax: this is what can be loaded without it.
"""

from __future__ import annotations

CALL, LIFT, ATTR, HOOKS = (
    "__numeta_call__",
    "__numeta_lift__",
    "__numeta_attr__",
    "__numeta__",
)
# Hooks that stand in many lines have a name of their own: one node less each.
DIRECT = {"augmented_name": "__numeta_augmented__", "target": "__numeta_target__"}
RESERVED = (CALL, LIFT, ATTR, HOOKS, *DIRECT.values())
PREFIX = "__numeta"
FLOW = "__numeta_flow__"

# How control may leave a statement.
BREAK, CONTINUE, RETURN, RAISE, ELSE, SIMPLE = 1, 2, 4, 8, 16, 32
AT_HEAD, IN_ELSE, AFTER = USES = 1, 2, 4  # where a name that a loop merges is needed
