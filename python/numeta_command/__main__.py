"""`python -m numeta_command` is `numeta`.

For an installation whose scripts are not on PATH, and for the tests.
"""

from . import main

main()
