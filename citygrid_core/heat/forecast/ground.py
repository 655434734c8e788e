"""The ground that forecasts are made on: where the grids are, their size, and who is near."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

from citygrid_core.errors import Text
from citygrid_core.heat.errors import HeatInputError

Floats = npt.NDArray[np.float64]
#: Bandwidths of the kernels, in sides of a square as large as the median grid.
WIDTHS = (0.8, 1.6, 3.0)
#: A kernel ends at this many standard deviations.
REACH = 2.5


@dataclass(frozen=True)
class Ground:
    """Grids with kernels between them; made once for all classes.

    Attributes
    ----------
    area : array of length grids
        Square metres.
    spread : tuple of sparse arrays
        For each bandwidth: what a case in one grid (column) gives to every grid (row),
        by area and a Gaussian of the distance of their middles. Columns sum to 1, so no
        case is lost at the edge of the city.
    """

    area: Floats
    spread: tuple[scipy.sparse.csr_matrix, ...]

    @classmethod
    def of(cls, xy: npt.ArrayLike, area: npt.ArrayLike) -> Ground:
        """Build from a point in each grid (metres) and areas (m²).

        Raises
        ------
        HeatInputError
            There is no grid, or one without area.
        """
        at, size = np.asarray(xy, dtype=np.float64), np.asarray(area, dtype=np.float64)
        if not len(size) or not (size > 0).all():
            raise HeatInputError(
                Text("a forecast needs grids with an area", "预测需要有面积的网格")
            )
        side = float(np.sqrt(np.median(size)))
        tree = scipy.spatial.cKDTree(at)
        pairs = tree.query_pairs(REACH * max(WIDTHS) * side, output_type="ndarray")
        away = np.hypot(*(at[pairs[:, 0]] - at[pairs[:, 1]]).T)
        return cls(size, tuple(_kernel(pairs, away, size, w * side) for w in WIDTHS))

    def __len__(self) -> int:
        """Return the number of grids."""
        return len(self.area)


def _kernel(
    pairs: npt.NDArray[np.intp], away: Floats, area: Floats, sigma: float
) -> scipy.sparse.csr_matrix:
    near = away <= REACH * sigma
    a, b = pairs[near, 0], pairs[near, 1]
    weight = np.exp(-0.5 * (away[near] / sigma) ** 2)
    number = len(area)
    own = np.arange(number)
    rows, columns = np.concatenate([a, b, own]), np.concatenate([b, a, own])
    values = np.concatenate([weight, weight, np.ones(number)]) * area[rows]
    matrix = scipy.sparse.csr_matrix((values, (rows, columns)), shape=(number, number))
    scale = scipy.sparse.diags(1 / np.asarray(matrix.sum(axis=0)).ravel())
    return scipy.sparse.csr_matrix(matrix @ scale, dtype=np.float32)
