import {
  type DuckDBArrayValue,
  type DuckDBBlobValue,
  type DuckDBDateValue,
  type DuckDBDecimalValue,
  DuckDBInstance,
  type DuckDBListValue,
  type DuckDBStructValue,
  type DuckDBTimestampMillisecondsValue,
  type DuckDBTimestampNanosecondsValue,
  type DuckDBTimestampSecondsValue,
  type DuckDBTimestampValue,
  type DuckDBTimeValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
} from "@duckdb/node-api";
import * as arrow from "apache-arrow";

type Values = readonly (DuckDBValue | undefined)[];

/** The rows of a query as a table of Arrow, after the statements that make its tables. Types that Arrow lacks are text. */
export async function arrowTableOf(setUp: readonly string[], sql: string): Promise<arrow.Table> {
  const instance = await DuckDBInstance.create(":memory:");
  try {
    const connection = await instance.connect();
    for (const statement of ["SET TimeZone = 'UTC'", ...setUp]) await connection.run(statement);
    const result = await connection.run(sql);
    const names = result.columnNames();
    const types = result.columnTypes();
    const fields = names.map((name, at) =>
      arrow.Field.new({ name, type: arrowType(types[at] as DuckDBType), nullable: true }),
    );
    const schema = new arrow.Schema(fields);
    const batches: arrow.RecordBatch[] = [];
    for await (const chunk of result) {
      const children = types.map((type, at) => dataOf(type, chunk.getColumnValues(at)));
      const struct = arrow.makeData({ type: new arrow.Struct(fields), length: chunk.rowCount, nullCount: 0, children });
      batches.push(new arrow.RecordBatch(schema, struct));
    }
    return new arrow.Table(schema, batches);
  } finally {
    instance.closeSync();
  }
}

/** A whole number of any size fits into a decimal of 76 digits. */
const wholeDigits = 76;

function arrowType(type: DuckDBType): arrow.DataType {
  switch (type.typeId) {
    case DuckDBTypeId.BOOLEAN:
      return new arrow.Bool();
    case DuckDBTypeId.TINYINT:
      return new arrow.Int8();
    case DuckDBTypeId.SMALLINT:
      return new arrow.Int16();
    case DuckDBTypeId.INTEGER:
      return new arrow.Int32();
    case DuckDBTypeId.BIGINT:
      return new arrow.Int64();
    case DuckDBTypeId.UTINYINT:
      return new arrow.Uint8();
    case DuckDBTypeId.USMALLINT:
      return new arrow.Uint16();
    case DuckDBTypeId.UINTEGER:
      return new arrow.Uint32();
    case DuckDBTypeId.UBIGINT:
      return new arrow.Uint64();
    case DuckDBTypeId.HUGEINT:
    case DuckDBTypeId.UHUGEINT:
      return new arrow.Decimal(0, wholeDigits, 256);
    case DuckDBTypeId.FLOAT:
      return new arrow.Float32();
    case DuckDBTypeId.DOUBLE:
      return new arrow.Float64();
    case DuckDBTypeId.DECIMAL:
      return new arrow.Decimal(type.scale, type.width, 128);
    case DuckDBTypeId.BLOB:
      return new arrow.Binary();
    case DuckDBTypeId.DATE:
      return new arrow.DateDay();
    case DuckDBTypeId.TIME:
      return new arrow.TimeMicrosecond();
    case DuckDBTypeId.TIMESTAMP:
      return new arrow.TimestampMicrosecond();
    case DuckDBTypeId.TIMESTAMP_TZ:
      return new arrow.TimestampMicrosecond("UTC");
    case DuckDBTypeId.TIMESTAMP_S:
      return new arrow.TimestampSecond();
    case DuckDBTypeId.TIMESTAMP_MS:
      return new arrow.TimestampMillisecond();
    case DuckDBTypeId.TIMESTAMP_NS:
      return new arrow.TimestampNanosecond();
    case DuckDBTypeId.LIST:
    case DuckDBTypeId.ARRAY:
      return new arrow.List(arrow.Field.new({ name: "item", type: arrowType(type.valueType), nullable: true }));
    case DuckDBTypeId.STRUCT:
      return new arrow.Struct(
        type.entryNames.map((name, at) =>
          arrow.Field.new({ name, type: arrowType(type.entryTypes[at] as DuckDBType), nullable: true }),
        ),
      );
    default:
      return new arrow.Utf8();
  }
}

/** Values of one column, which Arrow's own builders would round where they are moments. */
function dataOf(type: DuckDBType, values: Values): arrow.Data {
  const made = arrowType(type);
  if (arrow.DataType.isList(made))
    return listData(made, type as DuckDBType & { readonly valueType: DuckDBType }, values);
  if (arrow.DataType.isStruct(made)) return structData(made, type, values);
  const wide = wholeUnits(type);
  if (wide !== undefined) return wideData(made, values, wide);
  const plain = arrow.vectorFromArray(
    values.map((value) => plainValue(value ?? null, type)),
    made,
  );
  return plain.data[0] as arrow.Data;
}

function plainValue(value: DuckDBValue, type: DuckDBType): unknown {
  if (value === null) return null;
  if (type.typeId === DuckDBTypeId.BLOB) return (value as DuckDBBlobValue).bytes;
  if (type.typeId === DuckDBTypeId.DATE) return new Date((value as DuckDBDateValue).days * 86_400_000);
  return typeof value === "object" ? String(value) : value;
}

interface WideUnits {
  readonly unit: (value: DuckDBValue) => bigint;
  /** How many times 64 bits a value takes. */
  readonly words: number;
}

/** Types whose values are whole numbers of 64 bits or more. */
function wholeUnits({ typeId }: DuckDBType): WideUnits | undefined {
  switch (typeId) {
    case DuckDBTypeId.HUGEINT:
    case DuckDBTypeId.UHUGEINT:
      return { unit: (value) => value as bigint, words: 4 };
    case DuckDBTypeId.DECIMAL:
      return { unit: (value) => (value as DuckDBDecimalValue).value, words: 2 };
    case DuckDBTypeId.TIME:
      return { unit: (value) => (value as DuckDBTimeValue).micros, words: 1 };
    case DuckDBTypeId.TIMESTAMP:
    case DuckDBTypeId.TIMESTAMP_TZ:
      return { unit: (value) => (value as DuckDBTimestampValue).micros, words: 1 };
    case DuckDBTypeId.TIMESTAMP_S:
      return { unit: (value) => (value as DuckDBTimestampSecondsValue).seconds, words: 1 };
    case DuckDBTypeId.TIMESTAMP_MS:
      return { unit: (value) => (value as DuckDBTimestampMillisecondsValue).millis, words: 1 };
    case DuckDBTypeId.TIMESTAMP_NS:
      return { unit: (value) => (value as DuckDBTimestampNanosecondsValue).nanos, words: 1 };
    default:
      return undefined;
  }
}

function wideData(type: arrow.DataType, values: Values, { unit, words }: WideUnits): arrow.Data {
  const whole = new BigInt64Array(values.length * words);
  values.forEach((value, row) => {
    if (value === null || value === undefined) return;
    let rest = unit(value);
    for (let word = 0; word < words; word++) {
      whole[row * words + word] = BigInt.asIntN(64, rest);
      rest >>= 64n;
    }
  });
  const data = words === 1 ? whole : new Uint32Array(whole.buffer);
  return arrow.makeData({ type, length: values.length, ...nulls(values), data } as never) as arrow.Data;
}

function listData(type: arrow.List, { valueType }: { readonly valueType: DuckDBType }, values: Values): arrow.Data {
  const lists = values.map((value) => (value as DuckDBListValue | DuckDBArrayValue | null)?.items ?? []);
  const valueOffsets = new Int32Array(values.length + 1);
  for (const [row, items] of lists.entries()) valueOffsets[row + 1] = (valueOffsets[row] ?? 0) + items.length;
  const child = dataOf(valueType, lists.flat());
  return arrow.makeData({ type, length: values.length, ...nulls(values), valueOffsets, child });
}

function structData(type: arrow.Struct, duckdb: DuckDBType, values: Values): arrow.Data {
  const { entryNames, entryTypes } = duckdb as DuckDBType & {
    readonly entryNames: readonly string[];
    readonly entryTypes: readonly DuckDBType[];
  };
  const children = entryNames.map((name, at) =>
    dataOf(
      entryTypes[at] as DuckDBType,
      values.map((value) => (value as DuckDBStructValue | null)?.entries[name] ?? null),
    ),
  );
  return arrow.makeData({ type, length: values.length, ...nulls(values), children });
}

/** A bit for each value, the lowest first, which is set where there is one. */
function nulls(values: Values): { readonly nullCount: number; readonly nullBitmap: Uint8Array } {
  const nullBitmap = new Uint8Array(Math.ceil(values.length / 8));
  let nullCount = 0;
  values.forEach((value, row) => {
    if (value === null || value === undefined) nullCount += 1;
    else nullBitmap[row >> 3] = (nullBitmap[row >> 3] ?? 0) | (1 << (row & 7));
  });
  return { nullCount, nullBitmap };
}
