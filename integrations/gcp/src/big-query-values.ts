import {
  BigQueryDate,
  BigQueryDatetime,
  BigQueryInt,
  BigQueryTime,
  BigQueryTimestamp,
  Geography,
} from "@google-cloud/bigquery";

const texts = [BigQueryDate, BigQueryDatetime, BigQueryTime, Geography, BigQueryInt];

/** A whole number as a number where that has all of its digits. */
export function wholeNumber(text: string | number): number | bigint {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}

/** A value of a row in plain JavaScript. */
export function plainValue(value: unknown): unknown {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(plainValue);
  if (value instanceof BigQueryTimestamp) return new Date(value.value);
  if (texts.some((type) => value instanceof type)) return (value as { readonly value: string }).value;
  // NUMERIC and BIGNUMERIC are objects of a library for decimals.
  if (Object.getPrototypeOf(value) !== Object.prototype) return String(value);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plainValue(part)]));
}

/** A row as a line of JSON, in which BigQuery reads the types of the columns. */
export function jsonLine(row: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify(jsonValue(row))}\n`;
}

function jsonValue(value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(jsonValue);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, jsonValue(part)]));
}
