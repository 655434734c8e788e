"""Where the next cases will fall: forecasts that are scored, and used only when they earn it.

A ladder of models makes its forecasts again and again in the past, each from the days
before it; the one that did best is used, unless a simple one did better.
"""

from citygrid_core.heat.forecast.backtest import CHOSEN, Backtest, backtest
from citygrid_core.heat.forecast.choice import Choice, choose
from citygrid_core.heat.forecast.compare import Comparison, compare
from citygrid_core.heat.forecast.ground import Ground
from citygrid_core.heat.forecast.intervals import Calibration, calibrate
from citygrid_core.heat.forecast.models import SIMPLE
from citygrid_core.heat.forecast.one import Forecast, forecast
from citygrid_core.heat.forecast.rolling import HORIZONS, LEVEL, Rolled, origins_before, roll
from citygrid_core.heat.forecast.scores import SHARES, Scores, captured, log_score
from citygrid_core.vocabulary import MODELS

__all__ = [
    "CHOSEN",
    "HORIZONS",
    "LEVEL",
    "MODELS",
    "SHARES",
    "SIMPLE",
    "Backtest",
    "Calibration",
    "Choice",
    "Comparison",
    "Forecast",
    "Ground",
    "Rolled",
    "Scores",
    "backtest",
    "calibrate",
    "captured",
    "choose",
    "compare",
    "forecast",
    "log_score",
    "origins_before",
    "roll",
]
