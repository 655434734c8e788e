#!/bin/sh
# The main job end to end, as a user would type it; then the map, drawn by QGIS.
set -eu
out=${1:-out/demo}
unset PROJ_LIB PROJ_DATA
.venv/bin/python scripts/demo.py "$out"
scripts/render.sh "$out/city.gpkg" "$out"
echo
echo "project:    $out/city.qgz"
echo "map:        $(realpath "$out")/map.png"
echo "heat map:   $(realpath "$out")/heat.png"
echo "heat table: $(realpath "$out")/heat.csv"
echo "evaluation: $(realpath "$out")/november-departments.html"
echo "the brief:  $(realpath "$out")/brief.html"
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] && [ -t 1 ]; then
    scripts/run-qgis.sh "$out/city.qgz"
fi
