import type { Json } from "@ostinato/protocol";
import { typeText } from "./type-text.ts";

type Fields = { readonly [key: string]: Json };

/**
 * The description of the API as a page: no script, no font and nothing else from anywhere, so that it works offline and
 * under the strictest policy.
 */
export function docsPage(document: Fields): string {
  const { info, tags, paths, components } = document as unknown as Document;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })),
  );
  const sections = tags.map(({ name }) => ({
    name,
    of: operations.filter((operation) => operation.tags.includes(name)),
  }));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Ostinato API ${escapeHtml(info.version)}</title>
<style>${style}</style>
</head>
<body>
<nav aria-label="Contents">
<p><strong>Ostinato API</strong> ${escapeHtml(info.version)}</p>
<ul>${sections.map(({ name }) => `<li><a href="#${slug(name)}">${escapeHtml(name)}</a></li>`).join("")}<li><a href="#schemas">Schemas</a></li></ul>
<p><a href="openapi.json">openapi.json</a></p>
</nav>
<main>
<h1>Ostinato API</h1>
<p>${escapeHtml(info.summary)} ${operations.length} operations. Every error is JSON, with a sentence under <code>detail</code> or <code>exception_message</code>. A busy server answers 503, or 429, with <code>Retry-After</code>, and has done nothing.</p>
${sections.map(({ name, of }) => `<section><h2 id="${slug(name)}">${escapeHtml(name)}</h2>${of.map(operationHtml).join("")}</section>`).join("\n")}
<section><h2 id="schemas">Schemas</h2>
${Object.entries(components.schemas).map(schemaHtml).join("\n")}
</section>
</main>
</body>
</html>
`;
}

interface Document {
  readonly info: { readonly version: string; readonly summary: string };
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>> };
}

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly schema: Json;
  }[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description?: string; readonly content?: Content }>>;
}

type Content = Readonly<Record<string, { readonly schema: Json }>>;

function operationHtml(operation: Operation & { readonly path: string; readonly method: string }): string {
  const { path, method, operationId, summary, parameters = [], requestBody, responses } = operation;
  const rows = parameters.map(
    ({ name, in: place, required, schema }) =>
      `<tr><th scope="row"><code>${escapeHtml(name)}</code></th><td>${place}${required ? "" : ", optional"}</td><td>${codeHtml(schema)}</td></tr>`,
  );
  const answers = Object.entries(responses)
    .filter(([status, answer]) => /^2|503/.test(status) && !("$ref" in answer))
    .map(([status, { description = "", content = {} }]) => {
      const [[type, { schema }] = ["", { schema: null }]] = Object.entries(content);
      const kind = type === "application/json" || type === "" ? "" : ` <code>${escapeHtml(type)}</code>`;
      return `<dt>${status} ${escapeHtml(description)}${kind}</dt><dd>${schema === null ? "" : codeHtml(schema)}</dd>`;
    });
  return `<details id="${operationId}"><summary><span class="method ${method.toLowerCase()}">${method}</span> <code>${escapeHtml(path)}</code> <span>${escapeHtml(summary)}</span></summary>
${rows.length === 0 ? "" : `<h3>Parameters</h3><table>${rows.join("")}</table>`}
${requestBody === undefined ? "" : `<h3>Body${requestBody.required ? "" : ", optional"}</h3>${codeHtml(requestBody.content["application/json"]?.schema ?? null)}`}
<h3>Answers</h3><dl>${answers.join("")}</dl></details>
`;
}

function schemaHtml([name, schema]: readonly [string, Json]): string {
  return `<details id="schema-${name}"><summary><code>${name}</code></summary>${codeHtml(schema)}</details>`;
}

/** Names of schemas lead to them. */
function codeHtml(schema: Json): string {
  const html = escapeHtml(typeText(schema)).replace(/(?<!&)#(\w+)/g, '<a href="#schema-$1">$1</a>');
  return `<pre><code>${html}</code></pre>`;
}

function slug(name: string): string {
  return `tag-${name.toLowerCase().replaceAll(/\W+/g, "-")}`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const style = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); --soft: color-mix(in srgb, currentColor 5%, transparent) }
body { margin: 0; font: 14px/1.5 system-ui, sans-serif; display: grid; grid-template-columns: 14rem minmax(0, 1fr) }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; box-sizing: border-box; padding: 1rem; border-right: 1px solid var(--line) }
nav ul { list-style: none; padding: 0 } nav li { margin: .2rem 0 }
main { padding: 1rem 2rem 4rem; max-width: 60rem }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 2.5rem } h3 { font-size: .85rem; margin: .8rem 0 .2rem }
code, pre { font: 13px/1.5 ui-monospace, monospace }
pre { background: var(--soft); border-radius: 4px; padding: .5rem .7rem; margin: 0; overflow: auto; max-height: 32rem }
details { border-bottom: 1px solid var(--line); padding: .35rem 0 } details[open] { padding-bottom: 1rem }
summary { cursor: pointer } summary span:last-child { opacity: .75 }
.method { display: inline-block; min-width: 3.6rem; font-weight: 600; font-size: 12px }
table { border-collapse: collapse } th { text-align: left; font-weight: normal } td, th { padding: .15rem 1rem .15rem 0; vertical-align: top }
td pre { padding: 0 .3rem } dl { margin: 0 } dt { margin-top: .5rem } dd { margin: .2rem 0 0 }
@media (max-width: 48rem) { body { display: block } nav { position: static; height: auto; border: 0 } main { padding: 1rem } }
`;
