#!/bin/sh
# Write the QGIS project and the pictures of a workspace, without a display.
set -eu
XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR:-$(mktemp -d)}
export XDG_RUNTIME_DIR QT_QPA_PLATFORM=offscreen LIBGL_ALWAYS_SOFTWARE=1
exec .venv/bin/python scripts/render_map.py "$@"
