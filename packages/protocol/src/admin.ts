import type { Static } from "typebox";
import { route } from "./route.ts";
import { JsonObject, Moment, None, Nullable, Open, Type, Uuid } from "./schema.ts";

const tag = "Server";

export const readHealth = route({
  method: "GET",
  path: "/health",
  access: "public",
  summary: "True while the server answers",
  tag,
  replies: { 200: Type.Literal(true) },
});

export const readReadiness = route({
  method: "GET",
  path: "/ready",
  access: "public",
  summary: "Whether the server can keep something now; writes a little to find out",
  tag,
  replies: { 200: Open({ message: Type.String() }), 503: Open({ message: Type.String() }) },
});

export const saveDatabase = route({
  method: "POST",
  path: "/admin/database/save",
  access: "admin",
  summary:
    "Save what is in the open database file after that was removed, renamed or replaced; 409 while it is in its place",
  tag,
  replies: {
    201: Open({
      /** A path on the server's machine, beside the database. */
      file: Type.String(),
      bytes: Type.Integer(),
    }),
  },
});

export const readHello = route({
  method: "GET",
  path: "/hello",
  access: "read",
  summary: "A greeting",
  tag,
  replies: { 200: Type.String() },
});

export const readApiVersion = route({
  method: "GET",
  path: "/version",
  access: "read",
  summary: "The version of the REST API",
  tag,
  replies: { 200: Type.String() },
});

export const readServerVersion = route({
  method: "GET",
  path: "/admin/version",
  access: "read",
  summary: "The version of Prefect's client that this server is a match for",
  tag,
  replies: { 200: Type.String() },
});

export const readServerSettings = route({
  method: "GET",
  path: "/admin/settings",
  access: "read",
  summary: "The server's settings, secrets masked",
  tag,
  replies: { 200: JsonObject },
});

const DefaultStorage = Open({ default_result_storage_block_id: Nullable(Uuid) });

export const readDefaultStorage = route({
  method: "GET",
  path: "/admin/storage",
  access: "read",
  summary: "The block that keeps results where a flow names none",
  tag,
  replies: { 200: DefaultStorage },
});

export const setDefaultStorage = route({
  method: "PUT",
  path: "/admin/storage",
  access: "edit",
  summary: "Choose the block that keeps results where a flow names none",
  tag,
  body: Open({ default_result_storage_block_id: Uuid }),
  replies: { 200: DefaultStorage },
});

export const clearDefaultStorage = route({
  method: "DELETE",
  path: "/admin/storage",
  access: "edit",
  summary: "Keep results where the client says again",
  tag,
  replies: { 204: None },
});

/** `key_file` is null where the key is in the settings. */
export const KeyRotation = Open({
  key_id: Type.String(),
  /** The block documents that were sealed anew. */
  documents: Type.Integer(),
  key_file: Nullable(Type.String()),
});
export type KeyRotation = Static<typeof KeyRotation>;

/** Ours. */
export const rotateKey = route({
  method: "POST",
  path: "/admin/rotate-key",
  access: "admin",
  summary: "Seal the secrets of all blocks with another key",
  tag,
  replies: { 200: KeyRotation },
});

export const CsrfToken = Open({
  id: Uuid,
  created: Moment,
  updated: Moment,
  token: Type.String(),
  client: Type.String(),
  expiration: Moment,
});

export const readCsrfToken = route({
  method: "GET",
  path: "/csrf-token",
  access: "read",
  summary: "A token for writes by this client, where the server asks for one",
  tag,
  query: Open({ client: Type.String() }),
  replies: { 200: CsrfToken },
});

/** Facts by which our own programs recognise the server. */
export const ServerInfo = Open({
  product: Type.Literal("ostinato"),
  version: Type.String(),
  database: Type.Union([Type.Literal("sqlite"), Type.Literal("postgresql")]),
  started: Moment,
  /** The server's time. */
  now: Moment,
  result_size_limit_bytes: Type.Integer(),
  /** Whether the server can see the named process, and so knows by itself whether it is alive. */
  sees_process: Type.Boolean(),
});
export type ServerInfo = Static<typeof ServerInfo>;

export const readServerInfo = route({
  method: "GET",
  path: "/ostinato",
  access: "read",
  summary: "Which Ostinato this is",
  tag,
  query: Open({ process: Type.Optional(Type.String({ maxLength: 300 })) }),
  replies: { 200: ServerInfo },
});

/** The answer to Prefect's UI at the root of the origin, outside `/api`. */
export const UiSettings = Open({
  api_url: Type.String(),
  csrf_enabled: Type.Boolean(),
  auth: Nullable(Type.String()),
  flags: Type.Array(Type.String()),
  default_ui: Type.String(),
  available_uis: Type.Array(Type.String()),
  v1_base_url: Nullable(Type.String()),
  v2_base_url: Nullable(Type.String()),
});
export type UiSettings = Static<typeof UiSettings>;

export const readOpenApi = route({
  method: "GET",
  path: "/openapi.json",
  access: "read",
  summary: "This description of the API",
  tag,
  replies: { 200: JsonObject },
});

export const readMetrics = route({
  method: "GET",
  path: "/metrics",
  access: "read",
  summary: "What the server counts and times, for Prometheus",
  tag,
  replies: { 200: Type.String() },
  produces: "text/plain; version=0.0.4; charset=utf-8",
});
