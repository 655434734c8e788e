"""How far a census is: work done, streets walked, and the day it will be finished."""

from citygrid_core.census.progress.forecast import Forecast, forecast
from citygrid_core.census.progress.pace import pace, per_hour
from citygrid_core.census.progress.walked import Walked, walked

__all__ = ["Forecast", "Walked", "forecast", "pace", "per_hour", "walked"]
