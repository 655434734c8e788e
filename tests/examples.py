"""How many examples a property is shown."""

from __future__ import annotations

from hypothesis import settings


def examples(n: int) -> int:
    """Return `n`, or its part in the quick loop (profile ``quick`` of tests/conftest.py)."""
    whole = settings.get_profile("citygrid").max_examples
    return max(1, n * settings.default.max_examples // whole)
