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
        Distinct points, n >= 1; they may lie on one line.
    label : int array, shape (n,)

    Returns
    -------
    vertices : float array, shape (v, 2)
    edges : int array, shape (e, 2)
        The finite edges whose two points have different labels.
    """
    origin = points.mean(axis=0)
    # four far points make every edge between the real ones finite
    reach = 10 * float(np.abs(points - origin).max()) + 1000.0
    far = reach * np.array([[-1.0, -1.1], [1.1, -1.0], [1.0, 1.1], [-1.1, 1.0]])
    diagram = Voronoi(np.concatenate([points - origin, far]))
    ends = np.asarray(diagram.ridge_vertices, dtype=np.int64).reshape(-1, 2)
    pairs = np.asarray(diagram.ridge_points, dtype=np.int64)
    real = (pairs.max(axis=1) < len(points)) & (ends.min(axis=1) >= 0)
    ends, pairs = ends[real], pairs[real]
    return diagram.vertices + origin, ends[label[pairs[:, 0]] != label[pairs[:, 1]]]
