"""Components of a census: classified, tied to departments, coded, compared, delivered.

Pure computation on frames; reading files and storing rows is done elsewhere.

>>> import pandas as pd
>>> from citygrid_core.census import classify, component_codes
>>> found = classify(pd.Series(["1001", "路灯", "供水井"]), "gbt47678-2026")
>>> found["class_code"].tolist(), found["outcome"].tolist()
(['01001', '01037', None], ['lost_zero', 'name', 'unknown'])
>>> str(found["proposals"][2][0])
'01001 供水井盖'
>>> component_codes(["320705"], ["01001"], [101]).tolist()
['32070501001000101']
"""

from citygrid_core.census.classes import classify
from citygrid_core.census.coding import component_codes
from citygrid_core.census.delivery import to_delivery
from citygrid_core.census.departments import match_departments, normal_name
from citygrid_core.census.twins import twins

__all__ = [
    "classify",
    "component_codes",
    "match_departments",
    "normal_name",
    "to_delivery",
    "twins",
]
