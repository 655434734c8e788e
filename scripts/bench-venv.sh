#!/bin/sh
# The benchmarks' peers, laid over the environment that they are compared with: kept out of it,
# because wheels such as pyarrow have no business inside the QGIS process.
set -eu
base=$1 venv=$2
[ -x "$venv/bin/python" ] || /usr/bin/python3 -m venv --system-site-packages "$venv"
site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
"$base/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))' >"$site/base.pth"
"$venv/bin/pip" install --quiet --disable-pip-version-check -r requirements/bench.txt -c requirements/qgis.txt
