import { jsonText } from "@ostinato/core";
import type { BlockDocument } from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { localTime } from "../output/moments.ts";
import { sayFields, sayJson } from "../output/output.ts";
import { oneLine, paint } from "../output/text.ts";
import { findBlock } from "./find.ts";
import { nameOf } from "./list.ts";

export function inspect(wanted: string, { json }: { readonly json?: boolean }): Promise<void> {
  return withServer(async ({ client }) => {
    const block = await findBlock(client, wanted);
    if (json) sayJson(block);
    else sayBlock(block);
  });
}

export function sayBlock(block: BlockDocument): void {
  const values = Object.entries(block.data).map(([field, value]) => [field, valueText(value)] as const);
  sayFields([
    ["Block", `${paint("bold", oneLine(nameOf(block)))}  ${block.id}`],
    ["Type", block.block_type_name],
    ["Changed", localTime(block.updated)],
    ["Nests", nestedText(block)],
    ...values,
  ]);
}

function valueText(value: unknown): string {
  return typeof value === "string" ? oneLine(value) : (jsonText(value) ?? "");
}

function nestedText({ block_document_references: nested }: BlockDocument): string | null {
  const names = Object.entries(nested).map(
    ([field, { block_document: block }]) => `${field}: ${block.block_type.slug}/${block.name}`,
  );
  return names.length === 0 ? null : names.join(", ");
}
