"""Make the package's calibration: the weights in citygrid_core/geocode/calibration.toml.

    python benchmarks/geocode/fit.py [--addresses 8000] [-o FILE]

Two synthetic cities with addresses from the noise models: one even, and a rough one with
uneven plots, many unknown plates and streets without lines. `run.py` tests on other cities
and other noise.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import city
import noise

from citygrid_core.geocode import Gazetteer, Labelled, fit, save

#: Seed of the city, seed of the noise, and whether the city is a rough one.
CITIES = ((11, 1, False), (21, 3, True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--addresses", type=int, default=8000)
    target = Path(__file__).resolve().parents[2] / "citygrid_core" / "geocode" / "calibration.toml"
    parser.add_argument("-o", "--output", type=Path, default=target)
    options = parser.parse_args()
    regions = dict(zip(city.COUNTY, city.COUNTY_NAMES, strict=True))
    samples = []
    for seed, noise_seed, rough in CITIES:
        made = city.make(300, 60, seed, hide=0.4 if rough else 0.05, rough=rough)
        drawn = noise.addresses(
            noise.Noise(made.places, made.hidden, regions, noise_seed),
            options.addresses // len(CITIES),
        )
        gazetteer = Gazetteer.build(made.places, cities=city.CITIES)
        samples.append(Labelled(gazetteer, drawn["address"], drawn["x"], drawn["y"]))
    how = (
        f"logistic fit by benchmarks/geocode/fit.py: {options.addresses} noisy addresses of an "
        "even and a rough synthetic city, seeds "
        + ", ".join(f"{place}/{noise_seed}" for place, noise_seed, _ in CITIES)
    )
    save(fit(*samples, made=how), options.output)
    print(options.output.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
