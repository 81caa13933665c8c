import { DriverError } from "ostinato/driver";

/** What Docker refuses to go below. */
const minMemoryBytes = 6 * 1024 * 1024;

const factors: Readonly<Record<string, number>> = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/** The bytes of `"512m"`, `"2g"`, `"1.5gb"`, or of a bare number of bytes. */
export function memoryBytes(field: string, value: string | number): number {
  const [, amount = "", unit = "b"] = /^(\d+(?:\.\d+)?)\s*([bkmgt])?(?:i?b)?$/i.exec(String(value).trim()) ?? [];
  const bytes = Math.round(Number(amount) * (factors[unit.toLowerCase()] ?? Number.NaN));
  if (amount === "" || !Number.isSafeInteger(bytes)) {
    throw new DriverError(
      `${field} is ${JSON.stringify(value)}; give an amount of memory with a unit, such as "512m" or "2g". A number without a unit is bytes.`,
    );
  }
  if (bytes < minMemoryBytes) {
    throw new DriverError(
      `${field} is ${JSON.stringify(value)}, which is ${bytes} bytes; Docker needs 6m at least.${unit.toLowerCase() === "b" ? ` Did you mean "${amount}m"?` : ""}`,
    );
  }
  return bytes;
}

/** The size as people write it: `512 MiB`. */
export function shownMemory(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  return `${Number((bytes / 1024 ** power).toFixed(1))} ${units[power]}`;
}
