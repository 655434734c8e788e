"""`python -m citygrid_core.cli`: the command where no script is installed."""

from citygrid_core.cli import main

main()
