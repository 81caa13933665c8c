import { usageError } from "../errors.ts";

/** Asks before something is lost irrecoverably. Without a terminal, `--yes` is required. */
export async function confirmed(question: string, yes: boolean | undefined): Promise<boolean> {
  if (yes) return true;
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw usageError(`${question} There is no terminal to ask on: add --yes to go ahead.`);
  }
  const { confirm, isCancel } = await import("@clack/prompts");
  const answer = await confirm({ message: question, initialValue: false });
  return !isCancel(answer) && answer;
}
