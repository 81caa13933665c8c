import { expect, test } from "vitest";
import { readFrames } from "./frames.ts";

function frame(stream: 1 | 2, text: string): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

async function read(bytes: Buffer, pieceBytes: number) {
  const told = { stdout: "", stderr: "" };
  const pieces = Array.from({ length: Math.ceil(bytes.length / pieceBytes) }, (_, index) =>
    bytes.subarray(index * pieceBytes, (index + 1) * pieceBytes),
  );
  for await (const { stream, bytes: part } of readFrames(chunksOf(pieces)))
    told[stream] += Buffer.from(part).toString("latin1");
  return told;
}

async function* chunksOf(pieces: readonly Buffer[]) {
  yield* pieces;
}

test.each([1, 2, 3, 7, 8, 9, 16, 1000])("frames are found in pieces of %d bytes", async (pieceBytes) => {
  const bytes = Buffer.concat([
    frame(1, "one"),
    frame(2, "problem"),
    frame(1, ""),
    frame(1, "x".repeat(300)),
    frame(2, "!"),
  ]);
  expect(await read(bytes, pieceBytes)).toEqual({ stdout: `one${"x".repeat(300)}`, stderr: "problem!" });
});

test("a frame that breaks off gives what there is of it", async () => {
  const bytes = Buffer.concat([frame(1, "whole"), frame(2, "broken").subarray(0, 11)]);
  expect(await read(bytes, 5)).toEqual({ stdout: "whole", stderr: "bro" });
});
