"""Density against the sum over all points, at the border and in its contours."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from citygrid_core import heat
from citygrid_core.errors import CitygridError
from citygrid_core.heat.raster import Frame, coverage, spread, within
from tests.examples import examples

HOLE = shapely.Point(300, -200).buffer(250)
CITY = shapely.MultiPolygon(
    [
        *shapely.get_parts(shapely.Polygon(
            [(-1500, -900), (900, -1300), (1700, 400), (200, 1500), (-800, 700)]) - HOLE),
        shapely.box(1900, -900, 2300, -500),
    ]
)  # fmt: skip


def direct(xy: np.ndarray, weights: np.ndarray, s: heat.Surface, edge: bool) -> np.ndarray:
    """Sum the kernel over all points, and integrate it over the city, with nothing of ours."""
    x, y = (c.ravel() for c in np.meshgrid(*s.frame.centres()))

    def kernel(px: np.ndarray, py: np.ndarray) -> np.ndarray:
        u = ((x[:, None] - px) ** 2 + (y[:, None] - py) ** 2) / s.radius_m**2
        if s.kernel == "gaussian":
            return 4 / (np.pi * s.radius_m**2) * np.exp(-4 * u)
        return 3 / (np.pi * s.radius_m**2) * np.where(u < 1, (1 - u) ** 2, 0)

    total = kernel(xy[:, 0], xy[:, 1]) @ weights
    if edge:
        h = s.frame.cell_m
        fine = np.array([(a, b) for a in np.arange(-1500, 2300, h) + h / 2
                         for b in np.arange(-1300, 1500, h) + h / 2])  # fmt: skip
        fine = fine[shapely.contains_xy(CITY, fine[:, 0], fine[:, 1])]
        mass = np.concatenate([
            _mass(x[i : i + 2000], y[i : i + 2000], fine, s) for i in range(0, len(x), 2000)
        ]) * h * h  # fmt: skip
        total = np.divide(total, mass, out=np.zeros_like(total), where=mass > 0)
    return total.reshape(s.values.shape) * 10_000


def _mass(x: np.ndarray, y: np.ndarray, fine: np.ndarray, s: heat.Surface) -> np.ndarray:
    u = ((x[:, None] - fine[:, 0]) ** 2 + (y[:, None] - fine[:, 1]) ** 2) / s.radius_m**2
    if s.kernel == "gaussian":
        return (4 / (np.pi * s.radius_m**2) * np.exp(-4 * u)).sum(axis=1)
    return (3 / (np.pi * s.radius_m**2) * np.where(u < 1, (1 - u) ** 2, 0)).sum(axis=1)


@pytest.mark.parametrize("kernel", ["quartic", "gaussian"])
@pytest.mark.parametrize("edge", ["none", "uniform"])
def test_a_surface_equals_the_sum_over_all_points_within_one_percent(
    kernel: str, edge: str
) -> None:
    rng = np.random.default_rng(3)
    xy = rng.normal([0, 0], [900, 500], (300, 2))
    weights = rng.uniform(0, 2, 300)
    s = heat.density(xy, CITY, radius_m=300, cell_m=50, kernel=kernel, edge=edge, weights=weights)
    inside = shapely.contains_xy(CITY, xy[:, 0], xy[:, 1])
    assert (s.cases, s.outside) == (inside.sum(), (~inside).sum())
    assert s.weight == pytest.approx(weights[inside].sum())
    there = ~np.isnan(s.values)
    expected = direct(xy[inside], weights[inside], s, edge == "uniform")[there]
    tolerance = 0.01 if edge == "none" else 0.02  # the oracle's own border is of 50 m cells
    assert np.abs(s.values[there] - expected).max() <= tolerance * expected.max()


@pytest.mark.parametrize("kernel", ["quartic", "gaussian"])
def test_even_one_point_is_within_one_percent_from_six_cells_on(kernel: str) -> None:
    box = shapely.box(-600, -600, 600, 600)
    for at in np.random.default_rng(5).uniform(-40, 40, (20, 2)):
        s = heat.density([at], box, radius_m=60, cell_m=10, kernel=kernel, edge="none")
        x, y = np.meshgrid(*s.frame.centres())
        expected = heat.kernel_at(np.hypot(x - at[0], y - at[1]), 60, kernel) * 10_000
        assert np.nanmax(np.abs(s.values - expected)) <= 0.01 * expected.max()


def test_each_kernel_is_a_density() -> None:
    r = np.arange(0.5, 1000, 1.0)
    for kernel in ("quartic", "gaussian"):
        mass = (heat.kernel_at(r, 200, kernel) * 2 * np.pi * r).sum()
        spread_ = (heat.kernel_at(r, 200, kernel) * 2 * np.pi * r * r * r / 2).sum()
        assert (mass, spread_) == pytest.approx((1, 200**2 / 8), rel=1e-3)


def test_an_even_density_stays_even_at_the_border_and_cold_without_correction() -> None:
    step = 20.0
    x, y = np.meshgrid(np.arange(-1990, 2400, step), np.arange(-1990, 1600, step))
    xy = np.column_stack([x.ravel(), y.ravel()])
    even = 10_000 / step**2
    even_ = heat.density(xy, CITY, radius_m=200, cell_m=20).values
    assert np.nanmax(np.abs(even_ - even)) <= 0.1 * even
    cold = heat.density(xy, CITY, radius_m=200, cell_m=20, edge="none").values
    assert np.nanmin(cold) < 0.6 * even


@pytest.mark.parametrize("kernel", ["quartic", "gaussian"])
def test_a_conserving_surface_sums_to_the_cases(kernel: str) -> None:
    xy = np.random.default_rng(8).normal(0, 900, (4000, 2))
    s = heat.density(xy, CITY, radius_m=250, cell_m=10, kernel=kernel, edge="conserve")
    share = coverage(CITY, s.frame)
    assert (np.nan_to_num(s.values) * share).sum() * 0.01 == pytest.approx(s.cases, rel=3e-3)


def test_the_coverage_of_cells_is_their_area_in_the_outline() -> None:
    frame = Frame.around(CITY, 50)
    west, north = frame.west, frame.north
    rows, columns = np.indices(frame.shape)
    cells = shapely.box(west + columns * 50, north - rows * 50 - 50,
                        west + columns * 50 + 50, north - rows * 50)  # fmt: skip
    exact = shapely.area(shapely.intersection(cells, CITY)) / 2500
    share = coverage(CITY, frame)
    assert np.abs(share - exact).max() < 0.15
    assert share.sum() == pytest.approx(exact.sum(), rel=1e-3)
    assert (exact[share == 0] < 0.1).all()
    assert (exact[share == 1] > 0.9).all()


@settings(max_examples=examples(25))
@given(st.lists(st.tuples(st.integers(-2500, 2500), st.integers(-2500, 2500)), max_size=40))
def test_points_within_are_those_that_shapely_finds(points: list[tuple[int, int]]) -> None:
    xy = np.array([*points, *shapely.get_coordinates(CITY)[:5]], dtype=float).reshape(-1, 2)
    frame = Frame.around(CITY, 20)
    found = within(CITY, coverage(CITY, frame), frame, xy)
    assert found.tolist() == shapely.intersects_xy(CITY, xy[:, 0], xy[:, 1]).tolist()


def test_points_are_shared_out_without_loss_and_with_their_first_moments() -> None:
    frame = Frame(-100.0, 100.0, 10.0, (20, 20))
    xy = np.random.default_rng(1).uniform(-90, 90, (50, 2))
    weights = np.random.default_rng(2).uniform(0, 1, 50)
    cells = spread(xy, weights, frame)
    x = -100 + (np.arange(24) - 2 + 0.5) * 10
    assert cells.sum() == pytest.approx(weights.sum())
    for power in (1, 2, 3):
        assert (cells * x**power).sum() == pytest.approx((weights * xy[:, 0] ** power).sum())
        up = (cells * (-x[:, None]) ** power).sum()
        assert up == pytest.approx((weights * xy[:, 1] ** power).sum())


def test_contours_lie_where_the_density_has_their_level() -> None:
    xy = np.random.default_rng(6).normal([-300, 200], 250, (2000, 2))
    s = heat.density(xy, CITY, radius_m=300, cell_m=25)
    lines = heat.contours(s, "EPSG:4547")
    assert lines["level"].is_monotonic_increasing
    assert len(lines) >= 4
    assert set(lines["unit"]) == {"cases per hectare"}
    x, y = s.frame.centres()
    for level, shape in zip(lines["level"], lines.geometry, strict=True):
        at = shapely.get_coordinates(shape)
        row = np.clip(np.searchsorted(-y, -at[:, 1]), 1, len(y) - 1)
        column = np.clip(np.searchsorted(x, at[:, 0]), 1, len(x) - 1)
        around = np.stack([s.values[row - a, column - b] for a in (0, 1) for b in (0, 1)])
        assert (np.nanmin(around, axis=0) <= level + 1e-6).all()
        assert (np.nanmax(around, axis=0) >= level - 1e-6).all()
    bands = heat.contours(s, "EPSG:4547", filled=True)
    assert bands.geometry.is_valid.all()
    assert bands["low"].tolist() == lines["level"].tolist()
    assert bands["high"].iloc[-1] == pytest.approx(s.maximum)
    above = (s.values >= bands["low"].iloc[0]).sum() * 25**2
    assert bands.area.sum() == pytest.approx(above, rel=0.05)
    assert heat.contours(s, "EPSG:4547", levels=[1e9]).empty


def test_no_case_makes_a_surface_of_zero_without_contours() -> None:
    s = heat.density(np.empty((0, 2)), CITY, radius_m=200, cell_m=20)
    assert np.nanmax(s.values) == 0
    assert heat.contours(s, "EPSG:4547").empty


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("sixth", {"cell_m": 60}),
        ("sixth", {"radius_m": float("nan")}),
        ("outline", {"outline": shapely.Polygon()}),
        ("number 1", {"points": [(0, 0), (1, np.nan)]}),
        ("number 0", {"weights": [-1.0, 1.0]}),
        ("weights for", {"weights": [1.0]}),
        ("too many", {"cell_m": 1e-3, "radius_m": 1.0}),
    ],
)
def test_what_cant_be_is_refused(said: str, asked: dict[str, object]) -> None:
    given_ = {"points": [(0, 0), (1, 1)], "outline": CITY, "radius_m": 300, "cell_m": 10, **asked}
    with pytest.raises(CitygridError, match=said):
        heat.density(**given_)
