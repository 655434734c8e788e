#!/bin/sh
# A plain environment for the core: the newest of everything, no QGIS.
set -eu
python=$1 venv=$2
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    command -v "$python" >/dev/null && "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
        { echo "core tests need Python >= 3.10; name one with PYTHON=..." >&2; exit 2; }
    sudo=""
    [ "$(id -u)" = 0 ] || sudo="sudo"
    $sudo apt-get update -q
    $sudo apt-get install -q -y --no-install-recommends python3-venv
fi
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check -e ".[test,fast]"
