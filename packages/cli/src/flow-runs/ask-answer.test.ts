import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { askAnswer } from "./ask-answer.ts";

const keys = { enter: "\r", down: "\u001b[B", giveUp: "\u0003" };

const schema = {
  type: "object",
  required: ["approved", "note"],
  properties: {
    approved: { type: "boolean", description: "Yes shows it to all." },
    stage: { enum: ["test", "live", 3], default: "live" },
    rows: { type: "integer", default: 5 },
    note: { type: "string" },
    more: { type: "string" },
  },
};

/** Answers as a person does: types once the terminal shows what it is asked. */
async function asked(answers: readonly (readonly [shown: string, typed: string])[]) {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode() {} });
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 });
  const left = [...answers];
  let screen = "";
  output.on("data", (chunk: Buffer) => {
    screen += stripVTControlCharacters(String(chunk));
    const [next] = left;
    if (next === undefined || !screen.includes(next[0])) return;
    left.shift();
    screen = "";
    // The question listens once it is shown.
    setImmediate(() => input.write(next[1]));
  });
  const question = { title: "Publish it?", description: "The table is ready.", schema };
  return { given: await askAnswer(question, { input, output }), left };
}

describe("a question on the terminal", () => {
  test("asks for one field after the other, with its type, its description and what it begins with", async () => {
    const { given, left } = await asked([
      ["approved: boolean Yes shows it to all.", "y"],
      ["stage:", keys.down + keys.enter],
      ["rows: integer (optional)", keys.enter],
      ["note: string", `5${keys.enter}`],
      ["more: string (optional)", keys.enter],
    ]);
    expect(left).toEqual([]);
    expect(given).toEqual({ approved: true, stage: 3, rows: 5, note: "5" });
  });

  test("says that a field is needed, and takes it then", async () => {
    const { given } = await asked([
      ["approved", "n"],
      ["stage:", keys.enter],
      ["rows:", keys.enter],
      ["note: string", keys.enter],
      ["note is needed.", `fine${keys.enter}`],
      ["more:", `much${keys.enter}`],
    ]);
    expect(given).toEqual({ approved: false, stage: "live", rows: 5, note: "fine", more: "much" });
  });

  test("sends nothing where the person gives up", async () => {
    const { given } = await asked([
      ["approved", "y"],
      ["stage:", keys.giveUp],
    ]);
    expect(given).toBeUndefined();
  });
});
