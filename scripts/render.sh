#!/bin/sh
# The QGIS project of a workspace and pictures of it: scripts/render.sh WORKSPACE FOLDER [options]
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
exec "$here/.venv/bin/python" "$here/scripts/render_map.py" "$@"
