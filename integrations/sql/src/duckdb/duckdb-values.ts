import {
  type DuckDBArrayValue,
  type DuckDBBlobValue,
  type DuckDBDateValue,
  type DuckDBListValue,
  type DuckDBMapValue,
  type DuckDBStructValue,
  type DuckDBTimestampMillisecondsValue,
  type DuckDBTimestampNanosecondsValue,
  type DuckDBTimestampSecondsValue,
  type DuckDBTimestampValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBUnionValue,
  type DuckDBValue,
} from "@duckdb/node-api";

/**
 * A value of DuckDB without loss: whole numbers are numbers where that is exact, and bigints beyond 2^53; decimals, dates and moments are text, moments as ISO 8601
 * with the digits that they have; lists are arrays, structs are objects, and maps are `Map`s.
 */
export function exactValue(value: DuckDBValue, type: DuckDBType): unknown {
  if (value === null || value === undefined) return null;
  if (typeof value === "bigint") return nearest(value);
  switch (type.typeId) {
    case DuckDBTypeId.TIMESTAMP:
      return moment(value as DuckDBTimestampValue, "");
    case DuckDBTypeId.TIMESTAMP_TZ:
      return moment(value as DuckDBTimestampValue, "Z");
    case DuckDBTypeId.TIMESTAMP_S:
      return dated(value as DuckDBTimestampSecondsValue, (value as DuckDBTimestampSecondsValue).seconds);
    case DuckDBTypeId.TIMESTAMP_MS:
      return dated(value as DuckDBTimestampMillisecondsValue, (value as DuckDBTimestampMillisecondsValue).millis);
    case DuckDBTypeId.TIMESTAMP_NS:
      return dated(value as DuckDBTimestampNanosecondsValue, (value as DuckDBTimestampNanosecondsValue).nanos);
    case DuckDBTypeId.DATE:
      return dated(value as DuckDBDateValue, (value as DuckDBDateValue).days);
    case DuckDBTypeId.BLOB:
      return new Uint8Array((value as DuckDBBlobValue).bytes);
    case DuckDBTypeId.LIST:
      return (value as DuckDBListValue).items.map((item) => exactValue(item, type.valueType));
    case DuckDBTypeId.ARRAY:
      return (value as DuckDBArrayValue).items.map((item) => exactValue(item, type.valueType));
    case DuckDBTypeId.STRUCT:
      return Object.fromEntries(
        type.entryNames.map((name, at) => [
          name,
          exactValue((value as DuckDBStructValue).entries[name] ?? null, type.entryTypes[at] as DuckDBType),
        ]),
      );
    case DuckDBTypeId.MAP:
      return new Map(
        (value as DuckDBMapValue).entries.map((entry) => [
          exactValue(entry.key, type.keyType),
          exactValue(entry.value, type.valueType),
        ]),
      );
    case DuckDBTypeId.UNION: {
      const { tag, value: inner } = value as DuckDBUnionValue;
      return exactValue(inner, type.memberTypeForTag(tag));
    }
    default:
      return typeof value === "object" ? String(value) : value;
  }
}

/** The client writes an infinite date as one far away. */
function dated(value: { readonly isFinite: boolean }, units: number | bigint): string {
  if (!value.isFinite) return units > 0 ? "infinity" : "-infinity";
  return String(value).replace(" ", "T");
}

function nearest(value: bigint): number | bigint {
  const near = Number(value);
  return Number.isSafeInteger(near) ? near : value;
}

const microsPerMillisecond = 1000n;
/** Moments that a Date reaches, between the years 0 and 9999, have one form in ISO 8601. */
const minMicros = -62_167_219_200_000_000n;
const maxMicros = 253_402_300_799_999_999n;

function moment(value: DuckDBTimestampValue, zone: "" | "Z"): string {
  const { micros } = value;
  if (!value.isFinite) return micros > 0n ? "infinity" : "-infinity";
  if (micros < minMicros || micros > maxMicros) return `${String(value).replace(" ", "T")}`;
  const rest = ((micros % microsPerMillisecond) + microsPerMillisecond) % microsPerMillisecond;
  const whole = new Date(Number((micros - rest) / microsPerMillisecond)).toISOString().slice(0, -1);
  if (rest !== 0n) return `${whole}${String(rest).padStart(3, "0")}${zone}`;
  return `${whole.endsWith(".000") ? whole.slice(0, -".000".length) : whole}${zone}`;
}
