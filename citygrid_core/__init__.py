"""citygrid: grid-based city management. See docs/architecture.md for the rooms."""

__version__ = "0.1.0"
