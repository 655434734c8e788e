"""Lines of equal distance between labelled points."""

from __future__ import annotations

import numpy as np
from scipy.spatial import Voronoi

from citygrid_core.grids.mesh import Floats, Ints


def between_labels(points: Floats, label: Ints) -> tuple[Floats, Ints]:
    """Return the vertices of the Voronoi diagram and the edges between labels.

    Parameters
    ----------
    points : float array, shape (n, 2)
        Distinct points, n >= 4.
    label : int array, shape (n,)

    Returns
    -------
    vertices : float array, shape (v, 2)
    edges : int array, shape (e, 2)
        The finite edges whose two points have different labels.
    """
    origin = points.mean(axis=0)
    diagram = Voronoi(points - origin)
    ends = np.asarray(diagram.ridge_vertices, dtype=np.int64).reshape(-1, 2)
    pairs = np.asarray(diagram.ridge_points, dtype=np.int64)
    real = (pairs.max(axis=1) < len(points)) & (ends.min(axis=1) >= 0)
    ends, pairs = ends[real], pairs[real]
    return diagram.vertices + origin, ends[label[pairs[:, 0]] != label[pairs[:, 1]]]
