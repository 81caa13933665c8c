import { appendFileSync, existsSync } from "node:fs";
import { flow, pause } from "ostinato";

/**
 * Asks for numbers, again and again, in runs side by side, until the file is there that its first argument names. It writes how each run
 * ended to the file that its second argument names.
 */
const [stopFile = "", notesFile = ""] = process.argv.slice(2);
const lanes = 2;
const patience = "4s";

const answer = { type: "object", properties: { number: { type: "integer" } }, required: ["number"] } as const;

const asks = flow({ name: "chaos asks", tags: ["chaos asks", `process ${process.pid}`] }, async function asks() {
  const { number } = await pause({ title: "Which number?", input: answer, timeout: patience });
  return number;
});

async function askAgainAndAgain(): Promise<void> {
  while (!existsSync(stopFile)) {
    const run = asks();
    const final = await run.finished();
    const end = { run: run.id, type: final.type, ...(final.type === "COMPLETED" ? { value: final.value } : {}) };
    appendFileSync(notesFile, `${JSON.stringify(end)}\n`);
  }
}

console.log("asks for numbers");
await Promise.all(Array.from({ length: lanes }, askAgainAndAgain));
