import type { JsonObject } from "../json.ts";

/** The schema of a variable: its title, what it is for, and further keywords. */
export function text(title: string, description: string, keywords: JsonObject = {}): JsonObject {
  return { title, description, type: "string", ...keywords };
}

export function flag(title: string, description: string, keywords: JsonObject = {}): JsonObject {
  return { title, description, type: "boolean", ...keywords };
}

export function wholeNumber(title: string, description: string, keywords: JsonObject = {}): JsonObject {
  return { title, description, type: "integer", ...keywords };
}

export function number(title: string, description: string, keywords: JsonObject = {}): JsonObject {
  return { title, description, type: "number", ...keywords };
}

export function texts(title: string, description: string, keywords: JsonObject = {}): JsonObject {
  return { title, description, type: "array", items: { type: "string" }, ...keywords };
}

/** Names with strings, such as labels. */
export function textsByName(title: string, description: string): JsonObject {
  return { title, description, type: "object", additionalProperties: { type: "string" } };
}

export function anyObject(title: string, description: string): JsonObject {
  return { title, description, type: "object" };
}

/** An object that `definitions` describes under that name. */
export function defined(title: string, description: string, definition: string): JsonObject {
  return { title, description, allOf: [{ $ref: `#/definitions/${definition}` }] };
}

/** The schema of a block, by which a form offers the blocks of that type. */
export function block(slug: string, schema: JsonObject, secretFields: readonly string[] = []): JsonObject {
  return { type: "object", ...schema, block_type_slug: slug, secret_fields: secretFields, block_schema_references: {} };
}

export const password: JsonObject = { writeOnly: true, format: "password" };

/** What every type of worker takes. */
export const commonVariables = {
  name: text(
    "Name",
    "What the started process, container or job is called. By default it is named after the flow run.",
  ),
  env: textsByName(
    "Environment variables",
    "Environment variables that are set for the flow run, beside those of the worker itself.",
  ),
  labels: textsByName("Labels", "Labels by which what a worker has started can be found."),
  command: text(
    "Command",
    "The command that runs the flow run. Leave it empty, and the worker chooses by the entrypoint of the deployment.",
  ),
} as const satisfies JsonObject;

/** A job configuration in which each field is the variable of the same name. */
export function sameNames(...names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, `{{ ${name} }}`]));
}

export const dockerRegistryCredentials = block(
  "docker-registry-credentials",
  {
    title: "DockerRegistryCredentials",
    description: "How to sign in to a registry of images.",
    properties: {
      username: text("User", "The name to sign in with."),
      password: text("Password", "The password or access token to sign in with.", password),
      registry_url: text("Registry", "The address of the registry. A scheme may be left out."),
      reauth: flag("Sign in again", "Whether to sign in also where there is a valid session already.", {
        default: true,
      }),
    },
    required: ["username", "password", "registry_url"],
  },
  ["password"],
);

export const gcpCredentials = block(
  "gcp-credentials",
  {
    title: "GcpCredentials",
    description: "How to sign in to Google Cloud. Without any of these, the surroundings of the worker decide.",
    properties: {
      service_account_file: text("Service account file", "The path of the key file of a service account.", {
        format: "path",
      }),
      service_account_info: anyObject("Service account", "The content of the key file of a service account."),
      project: text("Project", "The project to use, where it is not that of the service account."),
    },
  },
  ["service_account_info.*"],
);
