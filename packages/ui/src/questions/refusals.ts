import { ServerUnreachable } from "@ostinato/client";
import { messageOf } from "../components/failure.tsx";
import { Refusal } from "../runs/run-actions.ts";

interface Told {
  /** As the server says it. */
  readonly reason: string;
  /** For people. */
  readonly text: string;
  /** Whether the run has gone on without this answer. */
  readonly isTooLate: boolean;
}

/** Why an answer was not taken. */
export function inWords(error: unknown): Told {
  const reason = messageOf(error);
  if (error instanceof ServerUnreachable)
    return {
      reason,
      text: "The server can't be reached. Your answer is still here: send it again when the connection is back.",
      isTooLate: false,
    };
  const isTooLate = error instanceof Refusal && (error.status === "ABORT" || /timed out/.test(reason));
  if (isTooLate) return { reason, text: "The run has gone on. Your answer was not sent.", isTooLate };
  const about = /^Reason: (.*)$/s.exec(reason)?.[1] ?? reason;
  return { reason, text: `The server did not take the answer: ${about}`, isTooLate };
}
