import { saveDatabase } from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { CliError } from "../errors.ts";
import { exitCodes } from "../exit-codes.ts";
import { say, sayJson } from "../output/output.ts";
import { sizeText } from "../output/sizes.ts";

/** Asks the running server to save its open database file, after that was removed, renamed or replaced. */
export function saveOpenDatabase({ json }: { readonly json?: boolean }): Promise<void> {
  return withServer(async ({ client, overNetwork }) => {
    if (!overNetwork) {
      throw new CliError(
        "No server is running, so no open database can be saved. A server saves by itself when it ends.",
        {
          exitCode: exitCodes.notRunning,
        },
      );
    }
    const saved = await client.call(saveDatabase, {});
    if (json) return sayJson(saved);
    say(`Saved the server's open database to ${saved.file}: ${sizeText(saved.bytes)}.`);
    say(`Now "ostinato server stop", "ostinato server restore ${saved.file}", and start it again.`);
  });
}
