import { rotateKey } from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { say, sayJson } from "../output/output.ts";
import { shortPath } from "./short-path.ts";

/** Seals the secrets of all blocks with another key. */
export function rotate({ json }: { readonly json?: boolean }): Promise<void> {
  return withServer(async ({ client }) => {
    const rotation = await client.call(rotateKey, {});
    if (json) return sayJson(rotation);
    const { documents, key_id, key_file } = rotation;
    const blocks = documents === 1 ? "1 block is" : `${documents} blocks are`;
    say(`The secrets of ${blocks} sealed with the key ${key_id}.`);
    say(
      key_file === null
        ? "OSTINATO_ENCRYPTION_KEY needs the former keys no more: leave only the first one there."
        : `It is in ${shortPath(key_file)}: keep a copy apart from the backups of the database.`,
    );
  });
}
