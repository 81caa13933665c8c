import type { BlockDocument } from "../api/types.ts";
import { pythonLiteral } from "../flow-run/start-commands.ts";
import { isObject } from "../forms/form-data.ts";
import { secretNames } from "./block-schema.ts";

export const blockLanguages = [
  { value: "typescript", label: "TypeScript" },
  { value: "python", label: "Python" },
  { value: "cli", label: "Command line" },
  { value: "template", label: "In a template" },
] as const;
export type BlockLanguage = (typeof blockLanguages)[number]["value"];

/** Types that the TypeScript package has under `blocks`. */
const knownInTypeScript: Readonly<Record<string, string>> = {
  secret: "secret",
  webhook: "webhook",
  "local-file-system": "localFileSystem",
  "email-server-credentials": "emailServer",
  email: "email",
  "slack-webhook": "slackWebhook",
  "slack-incoming-webhook": "slackIncomingWebhook",
  "ms-teams-webhook": "teamsWebhook",
  "mattermost-webhook": "mattermostWebhook",
  "discord-webhook": "discordWebhook",
  "pager-duty-webhook": "pagerDutyWebhook",
  "opsgenie-webhook": "opsgenieWebhook",
  "twilio-sms": "twilioSms",
  "sendgrid-email": "sendgridEmail",
};

type Coded = Pick<BlockDocument, "name" | "block_type" | "block_schema">;

/** Lines that load the block. */
export function blockCode(language: BlockLanguage, document: Coded): string {
  const slug = document.block_type?.slug ?? "";
  switch (language) {
    case "typescript":
      return typescript(document, slug);
    case "python":
      return python(document, slug);
    case "cli":
      return `npx ostinato block inspect ${slug}/${document.name}`;
    case "template":
      return `{{ prefect.blocks.${slug}.${document.name} }}`;
    default:
      return language satisfies never;
  }
}

function typescript({ name, block_schema }: Coded, slug: string): string {
  const known = knownInTypeScript[slug];
  if (known !== undefined) {
    return `import { blocks } from "ostinato";\n\nconst values = await blocks.${known}.read(${JSON.stringify(name)});`;
  }
  const type = classNameOf(block_schema?.fields.title, slug);
  const fields = propertiesOf(block_schema).map(
    ({ name: field, property, isSecret, isRequired }) =>
      `    ${keyOf(field)}: ${zodOf(property, { isSecret, isRequired })},`,
  );
  const imported = fields.some((line) => line.includes("secret(")) ? "block, secret" : "block";
  return [
    `import { ${imported} } from "ostinato";`,
    `import * as z from "zod";`,
    "",
    `const ${type} = block({`,
    `  type: ${JSON.stringify(slug)},`,
    "  schema: z.object({",
    ...fields,
    "  }),",
    "});",
    "",
    `const values = await ${type}.read(${JSON.stringify(name)});`,
  ].join("\n");
}

function python({ name, block_type, block_schema }: Coded, slug: string): string {
  const type = classNameOf(block_schema?.fields.title, slug);
  const load = `block = ${type}.load(${JSON.stringify(name)})`;
  // Python's packages say in the example of a type where its class is.
  const imported = /^from [\w.]+ import \w+$/m.exec(block_type?.code_example ?? "")?.[0];
  if (imported !== undefined) return `${imported}\n\n${load.replace(type, imported.split(" ").at(-1) ?? type)}`;
  const fields = propertiesOf(block_schema).map(({ name: field, property, isSecret, isRequired }) => {
    const kind = isSecret ? "SecretStr" : pythonKindOf(property);
    const fallback = property.default === undefined ? "None" : pythonLiteral(property.default);
    return isRequired ? `    ${field}: ${kind}` : `    ${field}: ${kind} | None = ${fallback}`;
  });
  return [
    "from prefect.blocks.core import Block",
    ...(fields.some((line) => line.includes("SecretStr")) ? ["from pydantic import SecretStr"] : []),
    ...(fields.some((line) => line.includes(": Any")) ? ["from typing import Any"] : []),
    "",
    `class ${type}(Block):`,
    `    _block_type_slug = ${JSON.stringify(slug)}`,
    "",
    ...fields,
    "",
    load,
  ].join("\n");
}

interface Field {
  readonly name: string;
  readonly property: Readonly<Record<string, unknown>>;
  readonly isSecret: boolean;
  readonly isRequired: boolean;
}

function propertiesOf(schema: Coded["block_schema"]): readonly Field[] {
  const { properties, required } = schema?.fields ?? {};
  const secrets = secretNames(schema?.fields ?? {});
  const needed: readonly unknown[] = Array.isArray(required) ? required : [];
  if (!isObject(properties)) return [];
  return Object.entries(properties)
    .flatMap(([name, property]) => (isObject(property) ? [{ name, property }] : []))
    .toSorted((a, b) => Number(a.property.position ?? 0) - Number(b.property.position ?? 0))
    .map(({ name, property }) => ({
      name,
      property,
      isSecret: secrets.has(name),
      isRequired: needed.includes(name),
    }));
}

function classNameOf(title: unknown, slug: string): string {
  const words = (typeof title === "string" && title !== "" ? title : slug).split(/[^A-Za-z0-9]+/);
  const name = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  return /^[A-Za-z]/.test(name) ? name : `Block${name}`;
}

function keyOf(field: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(field) ? field : JSON.stringify(field);
}

function zodOf(property: Field["property"], { isSecret, isRequired }: Pick<Field, "isSecret" | "isRequired">): string {
  const kinds: Readonly<Record<string, string>> = {
    string: "z.string()",
    integer: "z.number()",
    number: "z.number()",
    boolean: "z.boolean()",
  };
  const kind = kinds[String(property.type)] ?? "z.unknown()";
  const marked = isSecret ? `secret(${kind})` : kind;
  return isRequired || kind === "z.unknown()" ? marked : `${marked}.nullish()`;
}

function pythonKindOf({ type }: Field["property"]): string {
  const kinds: Readonly<Record<string, string>> = {
    string: "str",
    integer: "int",
    number: "float",
    boolean: "bool",
    array: "list",
    object: "dict",
  };
  return kinds[String(type)] ?? "Any";
}
