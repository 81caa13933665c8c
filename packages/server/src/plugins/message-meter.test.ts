import fc from "fast-check";
import { expect, test } from "vitest";
import { createMessageMeter } from "./message-meter.ts";

interface Frame {
  readonly opcode: number;
  readonly last: boolean;
  readonly length: number;
}

const text = 1;
const continued = 0;
const ping = 9;

/** A frame as a client writes it, masked by zeros. */
function written({ opcode, last, length }: Frame): Buffer {
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = opcode | (last ? 0x80 : 0);
  head[1] = 0x80 | (length < 126 ? length : length < 65_536 ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, Buffer.alloc(4), Buffer.alloc(length, "x")]);
}

const lengths = fc.oneof(fc.nat(300), fc.constantFrom(0, 125, 126, 65_535, 65_536, 70_000));

/** A message in one frame or more, perhaps with pings between them. */
const messages = fc
  .array(fc.record({ length: lengths, pinged: fc.boolean() }), { minLength: 1, maxLength: 4 })
  .map((parts) =>
    parts.flatMap(({ length, pinged }, index): Frame[] => [
      { opcode: index === 0 ? text : continued, last: index === parts.length - 1, length },
      ...(pinged ? [{ opcode: ping, last: true, length: Math.min(length, 125) }] : []),
    ]),
  );

test("complete messages leave nothing behind, however they are split into frames and chunks", () => {
  fc.assert(
    fc.property(
      fc.array(messages, { maxLength: 5 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 40_000 })),
      (all, cuts) => {
        const bytes = Buffer.concat(all.flat().map(written));
        const meter = createMessageMeter();
        let measured = { unfinished: 0, announced: 0 };
        for (let at = 0; at < bytes.length; ) {
          const end = at + (cuts.next().value ?? 1);
          measured = meter.add(bytes.subarray(at, end));
          at = end;
        }
        expect(measured.unfinished).toBe(0);
      },
    ),
  );
});

test("a message counts the bytes that have arrived so far, and announces its size", () => {
  const meter = createMessageMeter();
  const whole = written({ opcode: text, last: true, length: 50 });
  const large = written({ opcode: text, last: false, length: 100_000 });
  expect(meter.add(Buffer.concat([whole, large.subarray(0, 1014)]))).toEqual({ unfinished: 1000, announced: 100_000 });
  expect(meter.add(large.subarray(1014))).toEqual({ unfinished: 100_000, announced: 0 });
  expect(meter.add(written({ opcode: ping, last: true, length: 3 }))).toEqual({ unfinished: 100_000, announced: 0 });
  const rest = written({ opcode: continued, last: true, length: 5 });
  expect(meter.add(rest.subarray(0, 6))).toEqual({ unfinished: 100_000, announced: 100_005 });
  expect(meter.add(rest.subarray(6))).toEqual({ unfinished: 0, announced: 0 });
});
