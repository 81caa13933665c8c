import type { BlockDocument, readBlockDocument, readBlockDocumentByName, readVariableByName } from "@ostinato/protocol";
import type { Client } from "./client.ts";
import { isNotFound } from "./errors.ts";

type JsonObject = Readonly<Record<string, unknown>>;

/** What templates and pull steps refer to by `{{ prefect.blocks.TYPE.NAME }}` and `{{ prefect.variables.NAME }}`. */
export interface KeptValues {
  /** The data of the block document, with its secrets. Rejects where there is none. */
  readonly block: (type: string, name: string) => Promise<JsonObject>;
  readonly blockById: (id: string) => Promise<JsonObject>;
  /** Undefined where there is none. */
  readonly variable: (name: string) => Promise<unknown>;
}

/** The blocks and variables that the server keeps. `onBlock` is told of each block before its values are given. */
export function keptValues(client: Client, onBlock: (document: BlockDocument) => void = () => {}): KeptValues {
  const dataOf = (document: BlockDocument) => {
    onBlock(document);
    return document.data;
  };
  return {
    block: (slug, name) =>
      client
        .call<typeof readBlockDocumentByName>(
          "GET /block_types/slug/{slug}/block_documents/name/{block_document_name}",
          {
            params: { slug, block_document_name: name },
            query: { include_secrets: true },
          },
        )
        .then(dataOf, missing(`There is no block "${slug}/${name}" on the server.`)),
    blockById: (id) =>
      client
        .call<typeof readBlockDocument>("GET /block_documents/{id}", {
          params: { id },
          query: { include_secrets: true },
        })
        .then(dataOf, missing(`There is no block with the id ${id} on the server.`)),
    variable: (name) =>
      client
        .call<typeof readVariableByName>("GET /variables/name/{name}", { params: { name } })
        .then(({ value }) => value, orUndefined),
  };
}

function missing(sentence: string): (error: unknown) => never {
  return (error) => {
    throw isNotFound(error) ? new Error(`${sentence} Save it, or change what refers to it.`, { cause: error }) : error;
  };
}

function orUndefined(error: unknown): undefined {
  if (isNotFound(error)) return undefined;
  throw error;
}
