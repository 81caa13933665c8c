import type { ComparisonReport } from "./differential.ts";
import { knownDifferences } from "./known-differences.ts";
import type { Step } from "./request.ts";

const maxCharacters = 600;

/** Lines for a reader: each difference with the requests that lead to it and both answers. */
export function describe({ requests, unlisted, listed }: ComparisonReport): readonly string[] {
  const lines: string[] = [];
  for (const { signature, seen, subject, steps, difference, theirs, ours } of unlisted) {
    lines.push("", `✗ ${signature}  (${seen} ×, ${subject})`);
    for (const step of steps) lines.push(`    #${step.number} ${requestLine(step)}`);
    lines.push(`  Prefect   ${theirs.status} ${shown(difference.theirs)}`, `            ${shown(theirs.body)}`);
    lines.push(`  Ostinato  ${ours.status} ${shown(difference.ours)}`, `            ${shown(ours.body)}`);
  }
  const seenIds = [...listed].map(([id, count]) => `${id} ${count} ×`);
  lines.push("", `${requests} requests; listed differences seen: ${seenIds.join(", ") || "none"}`);
  lines.push(`${unlisted.length} differences that are not listed, ${knownDifferences.length} that are`);
  return lines;
}

function requestLine({ method, path, body }: Step): string {
  return `${method} ${path}${body === undefined ? "" : ` ${shown(body)}`}`;
}

function shown(value: unknown): string {
  const text = value === undefined ? "(nothing)" : JSON.stringify(value);
  return text.length <= maxCharacters ? text : `${text.slice(0, maxCharacters)}…`;
}
