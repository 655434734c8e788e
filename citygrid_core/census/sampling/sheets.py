"""Map sheets: squares of the large-scale maps, named by their south-west corner."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def sheet_codes(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], size: float = 250.0
) -> npt.NDArray[np.object_]:
    """Return the code of the map sheet that each point lies in.

    Parameters
    ----------
    x, y : arrays
        Easting and northing in metres.
    size : float
        Side of a sheet on the ground: 250 m for 1:500, 500 m for 1:1000, 1,000 m for 1:2000
        (sheets of 50 cm × 50 cm).

    Returns
    -------
    array of str
        Kilometres of the south-west corner, northing first, joined by a hyphen:
        ``3380.25-500.00`` (GB/T 20257, numbering by the corner's coordinates). A point on a
        border belongs to the sheet north and east of it.
    """
    east, north = np.floor(x / size) * size / 1000, np.floor(y / size) * size / 1000
    return np.array(
        [f"{b:.2f}-{a:.2f}" for a, b in zip(east.tolist(), north.tolist(), strict=True)],
        dtype=object,
    )
