"""Geocoding: from an address as it was typed to a point, or an honest "which of these?".

Works offline on the city's own gazetteer. Every answer has a calibrated
probability and a stated error; there is never a default point.
"""

from citygrid_core.accept import ACCEPT
from citygrid_core.geocode.build import GazetteerInputError
from citygrid_core.geocode.calibrate import Labelled, as_toml, fit, save
from citygrid_core.geocode.candidate import LEVELS, Candidate
from citygrid_core.geocode.datum import Reading, Verdict, detect
from citygrid_core.geocode.file import PlacesFileError
from citygrid_core.geocode.gazetteer import Gazetteer, check
from citygrid_core.geocode.judge import Calibration, load_calibration, parse_calibration
from citygrid_core.geocode.normalise import Normal, normalise
from citygrid_core.geocode.parse import LABELS, Parsed, Part, parse

__all__ = [
    "ACCEPT",
    "LABELS",
    "LEVELS",
    "Calibration",
    "Candidate",
    "Gazetteer",
    "GazetteerInputError",
    "Labelled",
    "Normal",
    "Parsed",
    "Part",
    "PlacesFileError",
    "Reading",
    "Verdict",
    "as_toml",
    "check",
    "detect",
    "fit",
    "load_calibration",
    "normalise",
    "parse",
    "parse_calibration",
    "save",
]
