import { imageType, timeOrderedId } from "@ostinato/core";
import type { ArtifactCreate, createArtifact, updateArtifact } from "@ostinato/protocol";
import { artifactLimitBytes } from "@ostinato/protocol/limits";
import { context } from "./context.ts";
import { UsageError } from "./errors.ts";
import { anything, aString, checkOptions, type Rule, type Rules, shown, strings } from "./run/option-checks.ts";
import { redact } from "./secrets/redaction.ts";
import type { RunSession } from "./session/roles.ts";
import { session } from "./session/session.ts";
import { tableJson } from "./table-cells.ts";

interface ArtifactOptions {
  /** Lower-case letters, digits and dashes. Artifacts under one key are versions of one thing. */
  readonly key?: string;
  readonly description?: string;
}

/** A created artifact. */
export interface CreatedArtifact {
  readonly id: string;
  readonly key: string | undefined;
}

export interface ProgressArtifact extends CreatedArtifact {
  /** Percent, 0 to 100. */
  update(progress: number): Promise<void>;
}

export interface MarkdownOptions extends ArtifactOptions {
  readonly markdown: string;
}

export interface TableOptions extends ArtifactOptions {
  /** Rows as records, or as lists with the columns in `columns`. */
  readonly table: readonly Readonly<Record<string, unknown>>[] | readonly (readonly unknown[])[];
  readonly columns?: readonly string[];
}

export interface LinkOptions extends ArtifactOptions {
  readonly link: string;
  readonly linkText?: string;
}

export interface ImageOptions extends ArtifactOptions {
  /** An address, or the bytes of a PNG, JPEG, GIF, WebP or SVG. */
  readonly image: string | URL | Uint8Array;
}

export interface ProgressOptions extends ArtifactOptions {
  /** Percent, 0 to 100; 0 unless given. */
  readonly progress?: number;
}

/**
 * Keeps something for people to look at, on the page of the run in which it is called.
 *
 * ```ts
 * import { artifact, flow } from "ostinato";
 *
 * export const report = flow(async function report() {
 *   await artifact.markdown({ key: "report", markdown: "# All is well" });
 *   await artifact.table({ key: "scores", table: [{ model: "linear", rmse: 7.76 }] });
 *   const progress = await artifact.progress({ key: "upload" });
 *   await progress.update(100);
 * });
 * ```
 */
export const artifact = {
  async markdown(given: MarkdownOptions): Promise<CreatedArtifact> {
    const { markdown, ...options } = checked("markdown", given, { markdown: aString });
    return await create("markdown", redact(markdown), options);
  },

  async table(given: TableOptions): Promise<CreatedArtifact> {
    const { table, columns, ...options } = checked("table", given, { table: aTable, columns: strings }, ["columns"]);
    return await create("table", tableJson(columns === undefined ? table : named(table, columns)), options);
  },

  async link(given: LinkOptions): Promise<CreatedArtifact> {
    const rules = { link: aString, linkText: aString };
    const { link, linkText = link, ...options } = checked("link", given, rules, ["linkText"]);
    const text = linkText.replace(/[\\\][]/g, "\\$&");
    return await create("markdown", redact(`[${text}](${encodeURI(decodeSafely(link))})`), options);
  },

  async image(given: ImageOptions): Promise<CreatedArtifact> {
    const { image, ...options } = checked("image", given, { image: anImage });
    return await create("image", redact(imageAddress(image)), options);
  },

  async progress(given: ProgressOptions = {}): Promise<ProgressArtifact> {
    const { progress = 0, ...options } = checked("progress", given, { progress: anything }, ["progress"]);
    const created = await create("progress", percent(progress), options);
    return {
      ...created,
      async update(value) {
        const { client } = await currentSession();
        await client.call<typeof updateArtifact>("PATCH /artifacts/{id}", {
          params: { id: created.id },
          body: { data: percent(value) },
        });
      },
    };
  },
} as const;

const aTable: Rule = (value) =>
  Array.isArray(value) && value.every((row) => typeof row === "object" && row !== null)
    ? undefined
    : "a list of records, [{ model: 1 }], or of lists";
const anImage: Rule = (value) =>
  typeof value === "string" || value instanceof URL || value instanceof Uint8Array ? undefined : "an address, or bytes";

/** Checks the options of one call. Options named in `optional` may be left out. */
function checked<T extends ArtifactOptions>(kind: string, given: T, rules: Rules, optional: readonly string[] = []): T {
  const what = `artifact.${kind}()`;
  const required = Object.keys(rules).filter((name) => !optional.includes(name));
  const rightCall = `artifact.${kind}({ ${['key: "report"', ...required.map((name) => `${name}: …`)].join(", ")} })`;
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new UsageError(`${what} takes its options as an object, and was given ${shown(given)}: ${rightCall}`);
  }
  checkOptions(what, given, { ...rules, key: aString, description: aString });
  for (const name of required) {
    if ((given as Readonly<Record<string, unknown>>)[name] !== undefined) continue;
    throw new UsageError(`${what} needs ${name}: ${rightCall}`);
  }
  return given;
}

function named(table: TableOptions["table"], columns: readonly string[]): Record<string, unknown>[] {
  return table.map((row) => toRecord(row, columns));
}

async function create(type: string, data: unknown, { key, description }: ArtifactOptions): Promise<CreatedArtifact> {
  if (key !== undefined && !/^[a-z0-9-]+$/.test(key)) {
    throw new UsageError(
      `The key of an artifact is ${JSON.stringify(key)}: use lower-case letters, digits and dashes only`,
    );
  }
  const run = context.getStore();
  const body: ArtifactCreate = {
    type,
    data,
    key: key ?? null,
    description: description === undefined ? null : redact(description),
    flow_run_id: run?.flowRun?.id ?? null,
    task_run_id: run?.taskRun?.id ?? null,
  };
  const { client, clock, server } = await currentSession();
  // A generated id makes the request repeatable after a lost answer. Prefect's servers refuse ids.
  const encodedBody = JSON.stringify(server === undefined ? body : { ...body, id: timeOrderedId(clock.now()) });
  checkSize(encodedBody, type);
  const { id } = await client.call<typeof createArtifact>("POST /artifacts/", {
    encodedBody,
    repeatable: server !== undefined,
  });
  return { id, key };
}

function checkSize(encoded: string, type: string): void {
  const bytes = Buffer.byteLength(encoded);
  if (bytes <= artifactLimitBytes) return;
  throw new UsageError(
    `The ${type} artifact takes ${bytes} bytes, and the server takes ${artifactLimitBytes}: keep the whole in a file and show a part of it, or a link to it`,
  );
}

async function currentSession(): Promise<RunSession> {
  return context.getStore()?.session ?? session();
}

function toRecord(row: unknown, columns: readonly string[]): Record<string, unknown> {
  const cells = Array.isArray(row)
    ? (row as unknown[])
    : columns.map((column) => (row as Record<string, unknown>)[column]);
  return Object.fromEntries(columns.map((column, index) => [column, cells[index]]));
}

function imageAddress(image: string | URL | Uint8Array): string {
  if (!(image instanceof Uint8Array)) return String(image);
  const mediaType = imageType(image);
  if (mediaType === undefined) {
    throw new UsageError(
      "These bytes are not a PNG, JPEG, GIF, WebP or SVG: give artifact.image() one of them, or an address",
    );
  }
  return `data:${mediaType};base64,${Buffer.from(image.buffer, image.byteOffset, image.byteLength).toString("base64")}`;
}

function percent(progress: number): number {
  if (!(progress >= 0 && progress <= 100)) {
    throw new UsageError(`The progress of an artifact is ${progress}: give a number of percent, 0 to 100`);
  }
  return progress;
}

function decodeSafely(address: string): string {
  try {
    return decodeURI(address);
  } catch {
    return address;
  }
}
