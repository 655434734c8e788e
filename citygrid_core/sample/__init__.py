"""A synthetic Chinese city with known truth, as files.

>>> from citygrid_core.sample import generate
>>> generate("city", scale="small", seed=1)["name"]  # doctest: +SKIP
'云汀市'
"""

from citygrid_core.sample.generate import generate
from citygrid_core.sample.scales import SCALES, Scale

__all__ = ["SCALES", "Scale", "generate"]
