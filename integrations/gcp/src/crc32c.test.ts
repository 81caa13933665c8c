import { randomBytes } from "node:crypto";
import { CRC32C } from "@google-cloud/storage";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Crc32c } from "./crc32c.ts";

test("is what Google's own makes of the same bytes, however they are cut", () => {
  const chunks = fc.array(fc.nat(70).map((length) => randomBytes(length)));
  fc.assert(
    fc.property(chunks, (chunks) => {
      const [ours, theirs, whole] = [new Crc32c(), new CRC32C(), new Crc32c()];
      for (const chunk of chunks) {
        ours.update(chunk);
        theirs.update(chunk);
      }
      whole.update(Buffer.concat(chunks));
      expect(ours.toString()).toBe(theirs.toString());
      expect(whole.validate(theirs.toString())).toBe(true);
      whole.update(Buffer.from([1]));
      expect(whole.validate(theirs.toString())).toBe(false);
    }),
  );
});

test("is the one of the standard for its nine digits", () => {
  const crc32c = new Crc32c();
  crc32c.update(Buffer.from("123456789"));
  expect(Buffer.from(crc32c.toString(), "base64").toString("hex")).toBe("e3069283");
});
