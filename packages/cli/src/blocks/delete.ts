import { type BlockDocument, deleteBlockDocument } from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { confirmed } from "../output/confirm.ts";
import { note, say, sayJson } from "../output/output.ts";
import { findBlock } from "./find.ts";
import { nameOf } from "./list.ts";

interface Sure {
  readonly yes?: boolean;
  readonly json?: boolean;
}

export function remove(wanted: readonly string[], { yes, json }: Sure): Promise<void> {
  return withServer(async ({ client }) => {
    const blocks: BlockDocument[] = [];
    for (const each of wanted) blocks.push(await findBlock(client, each));
    const names = blocks.map(nameOf);
    const question = `${names.join(", ")} will be deleted. Programs, templates and blocks that refer to it fail then.`;
    if (!(await confirmed(question, yes))) return note("Nothing was changed.");
    for (const { id } of blocks) await client.call(deleteBlockDocument, { params: { id } });
    if (json) sayJson({ deleted: names });
    else say(`Deleted: ${names.join(", ")}`);
  });
}
