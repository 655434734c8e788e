"""The small city for tests beside QGIS."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingFeedback

sys.path.insert(0, str(Path(__file__).resolve().parent))


@pytest.fixture(scope="session")
def whole_city(small_city: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The city with everything in it; read only."""
    from city import make_city

    return make_city(small_city, tmp_path_factory)


@pytest.fixture
def own_city(whole_city: Path, tmp_path: Path) -> Path:
    """A copy to change at will."""
    copy = tmp_path / "city.gpkg"
    shutil.copy(whole_city, copy)
    return copy


@pytest.fixture(scope="module")
def provider(qgis_app: QgsApplication) -> Iterator[Any]:
    """The algorithms, registered."""
    from citygrid_plugin.processing.provider import CitygridProvider

    made = CitygridProvider()
    QgsApplication.processingRegistry().addProvider(made)
    yield made
    QgsApplication.processingRegistry().removeProvider(made)


@pytest.fixture
def run(provider: Any) -> Callable[..., dict[str, Any]]:
    """Run an algorithm; layers come back under their output names."""

    def call(
        key: str, feedback: QgsProcessingFeedback | None = None, **parameters: Any
    ) -> dict[str, Any]:
        algorithm = provider.algorithm(key).create()
        context = QgsProcessingContext()
        outputs = {
            d.name(): "memory:" for d in algorithm.outputDefinitions() if d.type() == "outputVector"
        }
        result, ok = algorithm.run(
            outputs | parameters,
            context,
            feedback or QgsProcessingFeedback(False),
            catchExceptions=False,
        )
        assert ok
        for name in outputs:
            result[name] = context.takeResultLayer(result[name])
        return result

    return call
