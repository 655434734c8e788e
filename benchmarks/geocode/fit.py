"""Make the package's calibration: the weights in citygrid_core/geocode/calibration.toml.

    python benchmarks/geocode/fit.py [--addresses 8000] [-o FILE]

A synthetic city (seed 11) with addresses from the noise models (seed 1); `run.py` tests on
another city and other noise.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import city
import noise

from citygrid_core.geocode import Gazetteer, fit, save

SEED, NOISE = 11, 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--addresses", type=int, default=8000)
    target = Path(__file__).resolve().parents[2] / "citygrid_core" / "geocode" / "calibration.toml"
    parser.add_argument("-o", "--output", type=Path, default=target)
    options = parser.parse_args()
    regions = dict(zip(city.COUNTY, city.COUNTY_NAMES, strict=True))
    made = city.make(300, 60, SEED)
    gazetteer = Gazetteer.build(made.places, cities=city.CITIES)
    drawn = noise.addresses(
        noise.Noise(made.places, made.hidden, regions, NOISE), options.addresses
    )
    how = (
        f"logistic fit by benchmarks/geocode/fit.py: {options.addresses} noisy addresses of a "
        f"synthetic city, seeds {SEED} and {NOISE}"
    )
    save(fit(gazetteer, drawn["address"], drawn["x"], drawn["y"], made=how), options.output)
    print(options.output.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
