"""Make the package's calibration: the weights in citygrid_core/geocode/calibration.toml.

    python benchmarks/geocode/fit.py [--addresses 8000] [-o FILE]

Two synthetic cities (seeds 11 and 21) with addresses from the noise models (seeds 1 and 3);
`run.py` tests on other cities and other seeds.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import city
import noise

from citygrid_core.geocode import Gazetteer, fit, save

FIT = ((11, 1, 300, 60), (21, 3, 120, 120))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--addresses", type=int, default=8000)
    target = Path(__file__).resolve().parents[2] / "citygrid_core" / "geocode" / "calibration.toml"
    parser.add_argument("-o", "--output", type=Path, default=target)
    options = parser.parse_args()
    regions = dict(zip(city.COUNTY, city.COUNTY_NAMES, strict=True))
    calibration = None
    for place_seed, noise_seed, streets, plates in FIT:
        made = city.make(streets, plates, place_seed)
        gazetteer = Gazetteer.build(made.places, cities=city.CITIES)
        if calibration is not None:
            gazetteer.calibration = calibration
        drawn = noise.addresses(
            noise.Noise(made.places, made.hidden, regions, noise_seed),
            options.addresses // len(FIT),
        )
        calibration = fit(
            gazetteer,
            drawn["address"],
            drawn["x"],
            drawn["y"],
            made="logistic fit by benchmarks/geocode/fit.py: "
            f"{options.addresses} noisy addresses of synthetic cities, seeds "
            + ", ".join(f"{p}/{n}" for p, n, _, _ in FIT),
        )
    assert calibration is not None
    save(calibration, options.output)
    print(options.output.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
