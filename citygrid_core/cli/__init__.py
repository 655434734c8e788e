"""The `citygrid` command: the operations spoken in the shell."""

from __future__ import annotations


def main() -> None:
    """Run the `citygrid` command."""
    from citygrid_core.cli.app import run

    run()
