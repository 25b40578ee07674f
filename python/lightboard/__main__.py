"""`python -m lightboard`, the same as the command `lightboard`."""

from lightboard.cli import main

main()
