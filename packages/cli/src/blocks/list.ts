import { type BlockDocument, filterBlockDocuments } from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { ago } from "../output/moments.ts";
import { sayJson, sayTable } from "../output/output.ts";
import type { Column } from "../output/table.ts";
import { readPages } from "../pages.ts";

export interface BlockListOptions {
  readonly limit: number;
  readonly type?: string;
  readonly json?: boolean;
}

export function list({ limit, type, json }: BlockListOptions): Promise<void> {
  const block_types = type === undefined ? null : { slug: { any_: [type] } };
  return withServer(async ({ client }) => {
    const rows = await readPages(limit, (page) =>
      client.call(filterBlockDocuments, { body: { ...page, block_types, sort: "BLOCK_TYPE_AND_NAME_ASC" } }),
    );
    if (json) sayJson(rows);
    else sayTable(rows, columns, 'There are no blocks. "ostinato block create" saves one.');
  });
}

const columns: readonly Column<BlockDocument>[] = [
  { title: "BLOCK", value: nameOf, flexible: true },
  { title: "TYPE", value: ({ block_type_name: type }) => type ?? "" },
  { title: "CHANGED", value: ({ updated }) => ago(updated) },
  { title: "ID", value: ({ id }) => id },
];

export function nameOf({ block_type, name }: BlockDocument): string {
  return `${block_type?.slug ?? ""}/${name}`;
}
