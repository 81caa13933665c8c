import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { call } from "./http-call.ts";

test("an address that does not answer is given up after the time", async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const url = new URL(`http://127.0.0.1:${(silent.address() as AddressInfo).port}/`);
  const given = { method: "POST", url, headers: {}, body: "{}", timeoutSeconds: 0.2, verify: true };
  await expect(call(given, () => true)).rejects.toThrow("no answer within 0.2 s");
  silent.closeAllConnections();
  await new Promise((resolve) => silent.close(resolve));
});
