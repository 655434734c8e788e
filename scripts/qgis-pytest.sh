#!/bin/sh
# pytest beside the real QGIS, under a virtual screen.
set -eu
XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR:-$(mktemp -d)}
export XDG_RUNTIME_DIR LIBGL_ALWAYS_SOFTWARE=1 QT_QPA_PLATFORM=${QT_QPA_PLATFORM:-offscreen}
unset PROJ_LIB PROJ_DATA
exec xvfb-run -a -s "-screen 0 1400x900x24" .venv/bin/python -m pytest "$@"
