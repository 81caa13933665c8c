import { type Data, DataType, type Field, type Table, TimeUnit, Vector } from "apache-arrow";

/** Arrow's columns as rows that keep all digits, and their types in DuckDB's words. */
export interface ArrowRows {
  readonly types: Readonly<Record<string, string>>;
  readonly rows: () => Iterable<Readonly<Record<string, unknown>>>;
}

/** A column of Arrow that Parquet, or DuckDB, has no type for. */
export class ArrowTypeMissing extends Error {
  override readonly name = "ArrowTypeMissing";
  readonly column: string;

  constructor(column: string, type: string) {
    super(type);
    this.column = column;
  }
}

export function arrowRows(table: Table): ArrowRows {
  const { fields } = table.schema;
  const types = Object.fromEntries(fields.map((field) => [field.name, typeText(field.type, field.name)]));
  return {
    types,
    *rows() {
      for (const { data } of table.batches) {
        const readers = fields.map(({ name }, at) => [name, readerOf(data.children[at] as Data)] as const);
        for (let row = 0; row < data.length; row++) {
          yield Object.fromEntries(readers.map(([name, read]) => [name, read(row)]));
        }
      }
    },
  };
}

const timestamps: Readonly<Record<number, string>> = {
  [TimeUnit.SECOND]: "TIMESTAMP_S",
  [TimeUnit.MILLISECOND]: "TIMESTAMP_MS",
  [TimeUnit.MICROSECOND]: "TIMESTAMP",
  [TimeUnit.NANOSECOND]: "TIMESTAMP_NS",
};

const maxDecimalDigits = 38;

function typeText(type: DataType, column: string, isNested = false): string {
  if (DataType.isNull(type)) return "INTEGER";
  if (DataType.isBool(type)) return "BOOLEAN";
  if (DataType.isInt(type)) return `${type.isSigned ? "" : "U"}${intNames[type.bitWidth]}`;
  if (DataType.isFloat(type)) return type.precision === 2 ? "DOUBLE" : "FLOAT";
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) return "VARCHAR";
  // Bytes are kept in whole columns alone.
  const isBytes = DataType.isBinary(type) || DataType.isLargeBinary(type) || DataType.isFixedSizeBinary(type);
  if (isBytes && !isNested) return "BLOB";
  if (DataType.isDecimal(type) && type.precision <= maxDecimalDigits) return `DECIMAL(${type.precision},${type.scale})`;
  if (DataType.isDate(type)) return "DATE";
  if (DataType.isTimestamp(type)) return type.timezone ? "TIMESTAMPTZ" : (timestamps[type.unit] ?? "TIMESTAMP");
  if (DataType.isTime(type)) return "TIME";
  if (DataType.isDictionary(type)) return typeText(type.dictionary as DataType, column, isNested);
  if (DataType.isList(type) || DataType.isFixedSizeList(type)) return `${typeText(childOf(type), column, true)}[]`;
  if (DataType.isStruct(type)) {
    const fields = type.children.map(
      ({ name, type: inner }: Field) => `"${name.replaceAll('"', '""')}" ${typeText(inner, column, true)}`,
    );
    return `STRUCT(${fields.join(", ")})`;
  }
  throw new ArrowTypeMissing(column, String(type));
}

const intNames: Readonly<Record<number, string>> = { 8: "TINYINT", 16: "SMALLINT", 32: "INTEGER", 64: "BIGINT" };

function childOf(type: DataType): DataType {
  return (type.children as readonly Field[])[0]?.type as DataType;
}

type Read = (index: number) => unknown;

/** Reads values of one chunk. Arrow's own getters round moments to milliseconds. */
function readerOf(data: Data): Read {
  const read = valueReader(data);
  return data.nullCount === 0 ? read : (index) => (data.getValid(index) ? read(index) : null);
}

function valueReader(data: Data): Read {
  const { type } = data;
  if (DataType.isNull(type)) return () => null;
  if (DataType.isTimestamp(type)) {
    const perSecond = unitsPerSecond[type.unit] ?? 1n;
    return (index) => momentText(data.values[index], perSecond, type.timezone ? "Z" : "");
  }
  if (DataType.isTime(type)) {
    const perSecond = unitsPerSecond[type.unit] ?? 1n;
    return (index) => momentText(BigInt(data.values[index]), perSecond, "").slice("1970-01-01T".length);
  }
  if (DataType.isDecimal(type)) {
    const words = type.bitWidth / 32;
    return (index) => decimalText(data.values.subarray(index * words, (index + 1) * words), type.scale);
  }
  if (DataType.isDictionary(type)) return (index) => data.dictionary?.get(Number(data.values[index])) ?? null;
  if (DataType.isList(type)) {
    const read = readerOf(data.children[0] as Data);
    return (index) => between(read, Number(data.valueOffsets[index]), Number(data.valueOffsets[index + 1]));
  }
  if (DataType.isFixedSizeList(type)) {
    const read = readerOf(data.children[0] as Data);
    return (index) => between(read, (data.offset + index) * type.listSize, (data.offset + index + 1) * type.listSize);
  }
  if (DataType.isStruct(type)) {
    const readers = type.children.map(
      ({ name }: Field, at: number) => [name, readerOf(data.children[at] as Data)] as const,
    );
    return (index) => Object.fromEntries(readers.map(([name, read]) => [name, read(index)]));
  }
  const vector = new Vector([data]);
  if (DataType.isDate(type))
    return (index) => new Date(Number(vector.get(index))).toISOString().slice(0, "2026-01-31".length);
  return (index) => vector.get(index);
}

function between(read: Read, from: number, to: number): unknown[] {
  return Array.from({ length: to - from }, (_, at) => read(from + at));
}

const unitsPerSecond: Readonly<Record<number, bigint>> = {
  [TimeUnit.SECOND]: 1n,
  [TimeUnit.MILLISECOND]: 1_000n,
  [TimeUnit.MICROSECOND]: 1_000_000n,
  [TimeUnit.NANOSECOND]: 1_000_000_000n,
};

function momentText(units: bigint, perSecond: bigint, zone: string): string {
  const rest = ((units % perSecond) + perSecond) % perSecond;
  const seconds = (units - rest) / perSecond;
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, -".000Z".length);
  if (perSecond === 1n) return `${whole}${zone}`;
  return `${whole}.${String(rest).padStart(String(perSecond).length - 1, "0")}${zone}`;
}

/** Words of 32 bits, the lowest first, in two's complement. */
function decimalText(words: Uint32Array, scale: number): string {
  const bits = BigInt(words.length * 32);
  const unsigned = words.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);
  const value = BigInt.asIntN(Number(bits), unsigned);
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, "0");
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return value < 0n ? `-${text}` : text;
}
