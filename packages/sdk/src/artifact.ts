import { imageType, timeOrderedId } from "@ostinato/core";
import { type ArtifactCreate, createArtifact, updateArtifact } from "@ostinato/protocol";
import { context } from "./context.ts";
import { UsageError } from "./errors.ts";
import { jsonRedaction, redact } from "./redaction.ts";
import { type Session, session } from "./session.ts";

interface ArtifactOptions {
  /** Lower-case letters, digits and dashes. Artifacts under one key are versions of one thing. */
  readonly key?: string;
  readonly description?: string;
}

/** An artifact as it was made. */
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
  markdown: ({ markdown, ...options }: MarkdownOptions): Promise<CreatedArtifact> =>
    create("markdown", redact(markdown), options),

  table: ({ table, columns, ...options }: TableOptions): Promise<CreatedArtifact> =>
    create(
      "table",
      JSON.stringify(columns === undefined ? table : table.map((row) => toRecord(row, columns)), jsonRedaction()),
      options,
    ),

  link: ({ link, linkText = link, ...options }: LinkOptions): Promise<CreatedArtifact> =>
    create("markdown", redact(`[${linkText.replace(/[\\\][]/g, "\\$&")}](${encodeURI(decodeSafely(link))})`), options),

  image: ({ image, ...options }: ImageOptions): Promise<CreatedArtifact> =>
    create("image", redact(imageAddress(image)), options),

  async progress({ progress = 0, ...options }: ProgressOptions = {}): Promise<ProgressArtifact> {
    const created = await create("progress", percent(progress), options);
    return {
      ...created,
      async update(value) {
        const { client } = await currentSession();
        await client.call(updateArtifact, {
          params: { id: created.id },
          body: { data: percent(value) },
        });
      },
    };
  },
} as const;

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
    flow_run_id: run?.scope.flowRunId ?? null,
    task_run_id: run?.taskRun?.id ?? null,
  };
  const { client, clock, server } = await currentSession();
  // With an id of ours it is kept once, also where the answer is lost and it is sent again. The field's servers take none.
  const encodedBody = JSON.stringify(server === undefined ? body : { ...body, id: timeOrderedId(clock.now()) });
  checkSize(encodedBody, type);
  const { id } = await client.call(createArtifact, { encodedBody, repeatable: server !== undefined });
  return { id, key };
}

function checkSize(encoded: string, type: string): void {
  const bytes = Buffer.byteLength(encoded);
  const most = createArtifact.bodyLimit;
  if (bytes <= most) return;
  throw new UsageError(
    `The ${type} artifact takes ${bytes} bytes, and the server takes ${most}: keep the whole in a file and show a part of it, or a link to it`,
  );
}

async function currentSession(): Promise<Session> {
  const run = context.getStore();
  return run?.scope.isOpen === true ? run.scope.session : session();
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
      "These bytes are no PNG, JPEG, GIF, WebP or SVG: give artifact.image() one of them, or an address",
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
