#!/usr/bin/env bash
# Prefect 3.9.1 refuses what it wrote itself: the default of a flow's parameter `at: time = time(8)`, or `when: datetime = datetime(2026, 1, 1, 8)`,
# is a time without a zone in the registered schema, and `POST /ui/schemas/validate`, which its pages ask about each form, holds it to the format
# of RFC 3339, which has a zone. One expects an untouched form to be valid: creating the run looks at no formats and takes the same values.
# What helps: a default with a zone (`time(8, tzinfo=timezone.utc)`); in a form of one's own, leave the formats of times to the flow.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check prefect==3.9.1
cat > program.py <<'PY'
import datetime, sys
import prefect
from prefect.utilities.callables import parameter_schema
from prefect.utilities.schema_tools.validation import build_error_obj, validate
def flow(at: datetime.time = datetime.time(8), when: datetime.datetime = datetime.datetime(2026, 1, 1, 8)): ...
schema = parameter_schema(flow).model_dump()
defaults = {name: field["default"] for name, field in schema["properties"].items()}
answer = build_error_obj(validate(defaults, schema))
print(f"prefect {prefect.__version__}: the untouched form {defaults} is {'valid' if answer['valid'] else 'refused'}")
for error in answer["errors"]:
    print(f"  {error['property']}: {error['errors'][0]}")
validate(defaults, schema, raise_on_error=True)
print("creating the run with the same values is not refused")
sys.exit(0 if not answer["valid"] and len(answer["errors"]) == 2 else 1)
PY
PREFECT_HOME=$folder python/bin/python program.py
