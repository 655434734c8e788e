"""When an address match is believed: the one number that all doors share.

It stands alone so that the command line can say it without loading the geocoder.
"""

from __future__ import annotations

#: Least probability that is accepted when nobody says otherwise: then one answer in a
#: hundred, or fewer, lies in a wrong grid (docs/verification.md).
ACCEPT = 0.95
