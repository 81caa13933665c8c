import type { Client } from "@ostinato/client";
import {
  createBlockDocument,
  createBlockSchema,
  createBlockType,
  createVariable,
  readBlockTypePage,
} from "@ostinato/protocol";

const login = {
  title: "Login",
  type: "object",
  block_type_slug: "login",
  block_schema_references: {},
  secret_fields: ["password"],
  required: ["user", "password"],
  properties: {
    user: { type: "string", title: "User", position: 0 },
    password: { type: "string", format: "password", writeOnly: true, title: "Password", position: 1 },
  },
};

const warehouse = (checksum: string) => ({
  title: "Warehouse",
  type: "object",
  block_type_slug: "warehouse",
  secret_fields: ["url", "login.password"],
  block_schema_references: { login: { block_type_slug: "login", block_schema_checksum: checksum } },
  required: ["url", "login"],
  properties: {
    url: { type: "string", title: "Address", description: "With the port and the name of the database", position: 0 },
    login: { $ref: "#/definitions/Login", title: "Login", position: 1 },
    pool: { type: "integer", title: "Connections", default: 4, minimum: 1, position: 2 },
    mode: { type: "string", enum: ["read", "write"], title: "Mode", default: "read", position: 3 },
  },
  definitions: { Login: login },
});

/** Blocks of several types, one of which nests another, and variables. */
export async function keepValues(client: Client): Promise<void> {
  const save = async (slug: string, name: string, data: Readonly<Record<string, unknown>>) => {
    const { type, schema } = await client.call(readBlockTypePage, { params: { slug } });
    const ids = { block_type_id: type.id, block_schema_id: schema?.id ?? "" };
    return (await client.call(createBlockDocument, { body: { name, data: { ...data }, ...ids } })).id;
  };
  const register = async (slug: string, name: string, fields: Readonly<Record<string, unknown>>) => {
    const type = await client.call(createBlockType, { body: { slug, name } });
    const body = { block_type_id: type.id, fields: { ...fields } };
    return (await client.call(createBlockSchema, { body })).checksum;
  };
  const checksum = await register("login", "Login", login);
  await register("warehouse", "Warehouse", warehouse(checksum));
  const loader = await save("login", "loader", { user: "loader", password: "demo" });
  await save("login", "reader", { user: "reader", password: "demo" });
  await save("secret", "weather-api", { value: "demo" });
  await save("secret", "maps-api", { value: "demo" });
  await save("webhook", "deploys", { url: "https://example.com/hook", method: "POST" });
  await save("slack-webhook", "alerts", { url: "https://example.com/slack" });
  const address = "postgres://db.example.com:5432/rides";
  await save("warehouse", "rides", { url: address, login: { $ref: { block_document_id: loader } }, pool: 8 });
  const set = (name: string, value: unknown, tags: string[]) =>
    client.call(createVariable, { body: { name, value, tags } });
  await set("threshold", { score: 0.8, since: "2026-01-01" }, ["model", "prod"]);
  await set("cities", ["Berlin", "New York", "Zürich"], ["etl"]);
  await set("max-rows", 500_000, ["etl"]);
  await set("greeting", "Good morning", []);
}
