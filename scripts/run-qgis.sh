#!/bin/sh
# QGIS with the plugin of this checkout and a project: on the display, or on a virtual one.
#   scripts/run-qgis.sh PROJECT [more options of qgis]
# The profile is the checkout's own (out/profile), so the user's QGIS is left as it is.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
project=$1
shift
[ -e "$project" ] || { echo "no project $project: run 'make demo' first" >&2; exit 2; }
profiles=${CITYGRID_PROFILES:-$here/out/profile}
"$here/.venv/bin/python" "$here/scripts/qgis_profile.py" "$profiles" "${LANG:-}"
site=$("$here/.venv/bin/python" -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')
export PYTHONPATH="$here:$site" QGIS_PLUGINPATH="$here"
unset PROJ_LIB PROJ_DATA
if [ -z "${XDG_RUNTIME_DIR:-}" ]; then
    XDG_RUNTIME_DIR=$(mktemp -d)
    export XDG_RUNTIME_DIR
fi
set -- qgis --profiles-path "$profiles" --nologo --noversioncheck --project "$project" "$@"
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    exec "$@"
fi
export LIBGL_ALWAYS_SOFTWARE=1
exec xvfb-run -a -s "-screen 0 1600x1000x24" "$@"
