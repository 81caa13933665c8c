import { expect, test } from "vitest";
import { memoryBytes, shownMemory } from "./memory-size.ts";

test.each([
  ["512m", 512 * 1024 ** 2, "512 MiB"],
  ["512M", 512 * 1024 ** 2, "512 MiB"],
  ["512mb", 512 * 1024 ** 2, "512 MiB"],
  ["1.5g", 1.5 * 1024 ** 3, "1.5 GiB"],
  ["2GiB", 2 * 1024 ** 3, "2 GiB"],
  ["100000k", 102_400_000, "97.7 MiB"],
  ["1t", 1024 ** 4, "1 TiB"],
  ["8388608b", 8_388_608, "8 MiB"],
  ["8388608", 8_388_608, "8 MiB"],
  [8_388_608, 8_388_608, "8 MiB"],
  [" 64m ", 64 * 1024 ** 2, "64 MiB"],
])("%j is %d bytes, shown as %s", (written, bytes, shown) => {
  expect(memoryBytes("mem_limit", written)).toBe(bytes);
  expect(shownMemory(bytes)).toBe(shown);
});

test.each(["", "m", "lots", "-1", "1,5g", "512 megs", "0x10", "1e9", "512mm", "9".repeat(30)])(
  "%j is refused",
  (written) => {
    expect(() => memoryBytes("mem_limit", written)).toThrow(/^mem_limit is ".*"; give an amount of memory with a unit/);
  },
);

test.each([
  ["512", 'mem_limit is "512", which is 512 bytes; Docker needs 6m at least. Did you mean "512m"?'],
  ["5m", 'mem_limit is "5m", which is 5242880 bytes; Docker needs 6m at least.'],
])("%j is less than Docker takes", (written, message) => {
  expect(() => memoryBytes("mem_limit", written)).toThrow(message);
});
