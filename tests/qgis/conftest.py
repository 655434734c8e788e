"""What the tests beside QGIS share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingFeedback


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
