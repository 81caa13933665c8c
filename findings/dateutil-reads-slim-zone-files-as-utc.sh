#!/usr/bin/env bash
# python-dateutil 2.9.0.post0 takes a time zone whose file is "slim" for UTC, without a word. Slim is what zic has written by default
# since 2020, what the tzdata package of PyPI holds, and what small images carry.
# One expects the offset that Python's own zoneinfo reads from the same file, or an error: a slim file has its data in the second
# block alone, dateutil reads the first. Recurrence rules that are placed by dateutil's zones then run hours off.
# What helps: place wall times by zoneinfo, or point dateutil at files that were made by `zic -b fat`.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check python-dateutil==2.9.0.post0 tzdata==2026.3
cat > program.py <<'PY'
import datetime, importlib.resources, sys, zoneinfo
import dateutil, dateutil.tz
noon = datetime.datetime(2026, 7, 1, 12)
file = importlib.resources.files("tzdata") / "zoneinfo/America/New_York"
with file.open("rb") as opened:
    own = zoneinfo.ZoneInfo.from_file(opened).utcoffset(noon)
theirs = dateutil.tz.tzfile(str(file)).utcoffset(noon)
hours = lambda offset: offset.total_seconds() / 3600
print(f"dateutil {dateutil.__version__}: New York in July is {hours(theirs):g} hours from UTC, by zoneinfo {hours(own):g} from the same file")
sys.exit(0 if hours(theirs) == 0 and hours(own) == -4 else 1)
PY
python/bin/python program.py
