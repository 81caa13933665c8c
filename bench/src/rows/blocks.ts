import { type Group, group } from "../group.ts";
import { type Connections, connect, prepared } from "../http-load.ts";
import type { Target } from "../target.ts";
import { calls } from "./calls.ts";

interface Stage {
  readonly target: Target;
  readonly server: Connections;
}

const many = 16;
const saved = "/block_types/slug/bench-outer/block_documents/name/main?include_secrets=true";

/** Blocks with secrets, one of which nests another: a peer with the same API gets the same requests. */
export const blocks: Group = group<Stage>({
  name: "blocks",
  async open(target) {
    const server = connect(target.apiUrl, many);
    const inner = await save(target, server, "bench-inner", { token: "a secret of thirty-two letters." });
    await save(target, server, "bench-outer", {
      url: "postgres://app:secret@database/warehouse",
      inner: { $ref: { block_document_id: inner } },
    });
    return { target, server };
  },
  close: ({ server }) => server.close(),
  works: [
    calls({
      row: "block document load, 1 connection",
      what: "GET of a block document by name with its secrets and those of a nested one, as Block.load() does",
      connections: 1,
      calls: 500,
      call: ({ server }) => server.send("GET", saved),
    }),
    calls({
      row: "block document load, 16 connections",
      what: "the same from 16 clients",
      connections: many,
      calls: 2000,
      call: ({ server }) => server.send("GET", saved),
    }),
  ],
});

/** Gives the id of the document. */
async function save(target: Target, server: Connections, slug: string, data: object): Promise<string> {
  const made = async (path: string, body: object) =>
    (await prepared<{ readonly id: string }>(target, server, path, body)).id;
  const type = await made("/block_types/", { name: `Type ${slug}`, slug });
  const fields = {
    title: slug,
    type: "object",
    block_type_slug: slug,
    properties: {},
    secret_fields: ["token", "url"],
  };
  const schema = await made("/block_schemas/", { block_type_id: type, fields });
  return await made("/block_documents/", { name: "main", data, block_type_id: type, block_schema_id: schema });
}
