"""Reads Parquet and Arrow files that TypeScript wrote, and writes some for it, by pyarrow and pandas.

Prints one JSON object of what it read.
"""

import datetime
import decimal
import json
import sys
from pathlib import Path

import pandas
import pyarrow
import pyarrow.parquet

folder = Path(sys.argv[1])
table = pyarrow.parquet.read_table(folder / "from typescript.parquet")
table.validate(full=True)
arrow = pyarrow.ipc.open_file(folder / "from-typescript.arrow").read_all()
arrow.validate(full=True)
frame = pandas.read_parquet(folder / "from typescript.parquet")
told = {
    "types": {field.name: str(field.type) for field in table.schema},
    "rows": json.loads(json.dumps(table.to_pylist(), default=str)),
    "frame": [len(frame), float(frame["share"].sum())],
    "arrow": {"types": {field.name: str(field.type) for field in arrow.schema}, "rows": json.loads(json.dumps(arrow.to_pylist(), default=str))},
}

moment = datetime.datetime(2026, 1, 31, 12, 0, 0, 123456)
columns = {
    "id": pyarrow.array([2**53 + 1, None], pyarrow.int64()),
    "share": pyarrow.array([0.5, float("nan")], pyarrow.float32()),
    "amount": pyarrow.array([decimal.Decimal("-312.5000"), None], pyarrow.decimal128(20, 4)),
    "happened": pyarrow.array([moment, None], pyarrow.timestamp("us", tz="Europe/Berlin")),
    "exact": pyarrow.array([1769860800123456789, None], pyarrow.timestamp("ns")),
    "day": pyarrow.array([datetime.date(1899, 12, 31), None], pyarrow.date32()),
    "kind": pyarrow.array(["a", "b"]).dictionary_encode(),
    "tags": pyarrow.array([["x", None], None], pyarrow.list_(pyarrow.string())),
    "stop": pyarrow.array([{"area": 4, "legs": [{"area": 5}]}, None]),
    "raw": pyarrow.array([b"\x00\xff", None], pyarrow.binary()),
    "none": pyarrow.nulls(2),
}
from_python = pyarrow.table(columns)
pyarrow.parquet.write_table(from_python, folder / "from python.parquet")
with pyarrow.ipc.new_file(folder / "from-python.arrow", from_python.schema) as writer:
    writer.write_table(from_python)
pandas.DataFrame(
    {"fare": [7.5, None], "zone": ["Ü", None], "pickup": pandas.to_datetime(["2026-01-31 12:00:00.000001", None])}
).to_parquet(folder / "from pandas.parquet")
print(json.dumps(told))
