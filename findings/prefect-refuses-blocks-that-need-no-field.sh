#!/usr/bin/env bash
# Prefect 3.9.1 refuses to start a deployment whose parameter is a saved block that needs none of its fields, such as AwsCredentials or
# GcpCredentials. The reference that its pages send, {"$ref": {"block_document_id": …}}, has to fit exactly one of two schemas, the block's
# fields or a reference, and fits both, since an object without any of the fields fits the first. One expects what a block with a required field
# does: the reference is taken, and the flow gets the block.
# What helps: `enforce_parameter_schema=False`, or a required field in a block of one's own.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check prefect==3.9.1
cat > program.py <<'PY'
import sys
import uuid
from typing import Optional
import prefect
from prefect.blocks.core import Block
from prefect.utilities.callables import parameter_schema
from prefect.utilities.schema_tools.validation import validate
class Needing(Block):
    region: str
class Free(Block):
    region: Optional[str] = None
def needing(block: Needing): ...
def free(block: Free): ...
def problems(flow):
    reference = {"block": {"$ref": {"block_document_id": str(uuid.uuid4())}}}
    return [error.message for error in validate(reference, parameter_schema(flow).model_dump_for_openapi())]
for flow in (needing, free):
    found = problems(flow)
    print(f"prefect {prefect.__version__}: a reference to a block of the parameter of {flow.__name__} is {'refused: ' + found[0][:110] + '…' if found else 'taken'}")
sys.exit(0 if problems(free) and not problems(needing) else 1)
PY
PREFECT_HOME=$folder python/bin/python program.py
