#!/usr/bin/env bash
# croniter 7.0.0 takes a range whose ends are equal for the whole field: "0 5-5 * * *" is every hour, "0 9 1-1 * *" every day.
# One expects the one value, as cron, croner and cron-parser read it. Such ranges come from programs that write "first-last"; a job
# that is to run once a day then runs 24 times.
# What helps: write the value alone where both ends are equal.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check croniter==7.0.0
cat > program.py <<'PY'
import datetime, importlib.metadata, sys
from croniter import croniter
def next_three(expression):
    dates = croniter(expression, datetime.datetime(2026, 1, 1))
    return [dates.get_next(datetime.datetime).isoformat(timespec="minutes") for _ in range(3)]
hours, days, single = next_three("0 5-5 * * *"), next_three("0 9 1-1 * *"), next_three("0 5 * * *")
print(f'croniter {importlib.metadata.version("croniter")}: "0 5-5 * * *" runs at {", ".join(hours)}, "0 5 * * *" at {", ".join(single)}')
print(f'"0 9 1-1 * *" runs at {", ".join(days)}')
found = hours[0] == "2026-01-01T01:00" and hours[2] == "2026-01-01T03:00" and days[1] == "2026-01-02T09:00"
sys.exit(0 if found and single[1] == "2026-01-02T05:00" else 1)
PY
python/bin/python program.py
