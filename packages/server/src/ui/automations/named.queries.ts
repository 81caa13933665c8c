import type { NamedThing } from "@ostinato/protocol";
import { type SqlBool, sql } from "kysely";
import type { Reader } from "../../db/dialect.ts";
import { portable } from "../../db/portable.ts";

type Kind = NamedThing["kind"];

/** Of each kind: its id, its name, and what it belongs to. */
const things: Readonly<Record<Kind, ReturnType<typeof sql>>> = {
  flow: sql`SELECT id, name, NULL AS of FROM flow`,
  deployment: sql`SELECT deployment.id, deployment.name, flow.name AS of
    FROM deployment JOIN flow ON flow.id = deployment.flow_id`,
  "work-pool": sql`SELECT id, name, NULL AS of FROM work_pool`,
  "work-queue": sql`SELECT work_queue.id, work_queue.name, work_pool.name AS of
    FROM work_queue JOIN work_pool ON work_pool.id = work_queue.work_pool_id`,
  block: sql`SELECT block_document.id, block_document.name, block_type.name AS of
    FROM block_document JOIN block_type ON block_type.id = block_document.block_type_id
    WHERE block_document.name IS NOT NULL`,
  automation: sql`SELECT id, name, NULL AS of FROM automation`,
  webhook: sql`SELECT id, name, NULL AS of FROM event_webhook`,
  asset: sql`SELECT id, key AS name, name AS of FROM asset`,
};

export async function namedByIds(reader: Reader, ids: readonly string[]): Promise<NamedThing[]> {
  if (ids.length === 0) return [];
  const found = await Promise.all(
    (Object.keys(things) as Kind[]).map((kind) =>
      named(reader, kind, sql<SqlBool>`named.id IN (${sql.join([...ids])})`),
    ),
  );
  return found.flat();
}

export function allNamed(reader: Reader, kind: Kind): Promise<NamedThing[]> {
  return named(reader, kind, sql<SqlBool>`1 = 1`);
}

const maxNamed = 500;

async function named(reader: Reader, kind: Kind, condition: ReturnType<typeof sql<SqlBool>>): Promise<NamedThing[]> {
  const { rows } = await sql<
    Omit<NamedThing, "kind">
  >`SELECT named.id, named.name, named.of FROM (${things[kind]}) AS named
    WHERE ${condition} ORDER BY named.name, named.id LIMIT ${maxNamed}`.execute(reader);
  return rows.map(({ id, name, of }) => ({ id, kind, name, of }));
}

/** Blocks of types that can do this, such as `notify`, or of the type with this slug. */
export async function blocksThat(
  reader: Reader,
  wanted: { readonly capability: string } | { readonly slug: string },
): Promise<NamedThing[]> {
  const condition =
    "slug" in wanted
      ? sql<SqlBool>`block_type.slug = ${wanted.slug}`
      : portable.holdsAll("block_schema.capabilities", [wanted.capability]);
  const { rows } = await sql<
    Omit<NamedThing, "kind">
  >`SELECT block_document.id, block_document.name, block_type.name AS of
    FROM block_document JOIN block_type ON block_type.id = block_document.block_type_id
    JOIN block_schema ON block_schema.id = block_document.block_schema_id
    WHERE block_document.name IS NOT NULL AND block_document.is_anonymous = 0 AND ${condition}
    ORDER BY block_document.name, block_document.id LIMIT ${maxNamed}`.execute(reader);
  return rows.map(({ id, name, of }) => ({ id, kind: "block" as const, name, of }));
}

export async function ownerOf(reader: Reader, automationId: string): Promise<string | null> {
  const row = await reader
    .selectFrom("automation_resource")
    .select("resource_id")
    .where("automation_id", "=", automationId)
    .where("is_owner", "=", 1)
    .executeTakeFirst();
  return row?.resource_id ?? null;
}
