import { defaultEventCapacity } from "@ostinato/client/node";
import { logLevels } from "@ostinato/protocol";
import { notice } from "./console-output.ts";

/** Says once that the server is away, however many parts of the program notice it, and once that it is back. */
export function outageReport(baseUrl: string): { lost(error: unknown): void; found(): void } {
  let away = false;
  return {
    lost(error) {
      if (away) return;
      away = true;
      const why = error instanceof Error ? error.message : String(error);
      const bound = defaultEventCapacity.messages.toLocaleString("en");
      notice(
        logLevels.warning,
        `lost the server at ${baseUrl} (${why}); trying again. Nothing is lost: up to ${bound} events are held, then tasks wait`,
      );
    },
    found() {
      if (!away) return;
      away = false;
      notice(logLevels.info, `the server at ${baseUrl} is back`);
    },
  };
}
