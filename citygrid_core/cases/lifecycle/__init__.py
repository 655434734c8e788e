"""The way of a case: a declared state machine, profiles as data, the state as a fold of the log.

>>> import pandas as pd
>>> profile = Profile.load("default")
>>> case = pd.Series({"source": "hotline"}, name="2026070132070500001")
>>> log = advance(pd.DataFrame(), case, profile, Entry("collect", "2026-07-01T08:30"))
>>> [step.name for step in legal(log, case, profile, "2026-07-01T09:00")]
['send_verify', 'void', 'link']
"""

from citygrid_core.cases.lifecycle.errors import BadProfile, StepRefused, UnknownProfile
from citygrid_core.cases.lifecycle.fold import COUNTS, RULES, Folded, Timer, fold
from citygrid_core.cases.lifecycle.machine import Entry, advance, advance_all, legal, why
from citygrid_core.cases.lifecycle.profile import (
    GUARDS,
    HOLDS,
    STAGES,
    Profile,
    Step,
    profiles,
)
from citygrid_core.cases.lifecycle.timeline import STAGE_LIMITS, TOLD, timeline
from citygrid_core.vocabulary import POSTS

__all__ = [
    "COUNTS", "GUARDS", "HOLDS", "POSTS", "RULES", "STAGES", "STAGE_LIMITS", "TOLD", "BadProfile", "Entry", "Folded",
    "Profile", "Step", "StepRefused", "Timer", "UnknownProfile", "advance", "advance_all", "fold", "legal",
    "profiles", "timeline", "why",
]  # fmt: skip
