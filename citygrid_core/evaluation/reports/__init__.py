"""What reports of an evaluation are made of: words, numbers, charts, maps, a workbook."""

from citygrid_core.evaluation.reports.charts import Bar, bars, choropleth, numbered
from citygrid_core.evaluation.reports.words import CONFIDENCE, WORDS, number, plain

__all__ = [
    "CONFIDENCE",
    "WORDS",
    "Bar",
    "bars",
    "choropleth",
    "number",
    "numbered",
    "plain",
]
