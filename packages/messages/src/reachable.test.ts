import { expect, test } from "vitest";
import { reachable } from "./reachable.ts";

const listed = reachable([{ address: "10.1.0.0", bits: 16, family: "ipv4" }]);

test.each([
  ["8.8.8.8", true],
  ["2606:4700::1111", true],
  ["10.1.2.3", true],
  ["::ffff:10.1.2.3", true],
  ["10.2.0.1", false],
  ["127.0.0.1", false],
  ["::ffff:127.0.0.1", false],
  ["169.254.169.254", false],
  ["fe80::1%eth0", false],
  ["fd00::1", false],
  ["localhost", false],
  ["", false],
])("%s may be called: %s", (address, expected) => {
  expect(listed(address)).toBe(expected);
});
