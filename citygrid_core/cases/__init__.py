"""Cases on their way in: normalised, checked, numbered.

Pure computation on frames; the clock, the lifecycle and the store are elsewhere.

>>> import pandas as pd
>>> from citygrid_core.cases import intake, number
>>> taken = intake(pd.DataFrame({
...     "source_number": ["A1", "A2"], "source": ["热线", "监督员上报"],
...     "object_kind": ["事件", "部件"], "class_code": ["暴露垃圾", "1001"],
...     "reported_at": ["2026-07-01 08:30", "2026-07-01T09:00:00"],
...     "closed_at": ["2026-07-01 07:30", None]}))
>>> taken.frame["class_code"].tolist(), taken.frame["source"].tolist()
(['06010', '01001'], ['hotline', 'collector'])
>>> print(taken.problems[0][0].text())
field 'closed_at': found 2026-07-01T07:30:00, expected no earlier than reported_at \
2026-07-01T08:30:00; correct one of the two times
>>> taken.good["stage"].tolist()
['collected']
>>> number(["2026-07-01"], ["320705"], [7]).tolist()
['2026070132070500007']
"""

from citygrid_core.cases.intake import Intake, intake
from citygrid_core.cases.numbering import DEFAULT_PATTERN, number
from citygrid_core.cases.positions import DefaultPoint, default_points
from citygrid_core.cases.stages import STAGES, TIMES, stage

__all__ = [
    "DEFAULT_PATTERN",
    "STAGES",
    "TIMES",
    "DefaultPoint",
    "Intake",
    "default_points",
    "intake",
    "number",
    "stage",
]
