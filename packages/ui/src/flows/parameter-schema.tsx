import { JsonView } from "../components/json-view.tsx";

interface Property {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly fallback: string | null;
  readonly description: string | null;
}

/** The parameters of the flow: name, type, default and description. */
export function ParameterSchema({ schema }: { readonly schema: unknown }) {
  const properties = propertiesOf(schema);
  if (properties === undefined) {
    return (
      <p className="max-w-xl py-4 text-muted">
        The parameters of this flow are not described. Give the flow a schema (
        <code className="text-xs">parameters: z.object(…)</code>), and they are checked before a run and shown here.
      </p>
    );
  }
  if (properties.length === 0) return <p className="py-4 text-muted">The flow takes no parameters.</p>;
  return (
    <div className="flex max-w-4xl flex-col gap-4">
      <dl className="rounded-lg border bg-surface md:hidden">
        {properties.map((property) => (
          <div key={property.name} className="border-b px-3 py-2 last:border-0">
            <dt className="font-mono text-xs leading-5 break-words">{property.name}</dt>
            <dd className="break-words text-muted">
              {property.type} · {property.required ? "required" : `default ${property.fallback ?? "none"}`}
              {property.description === null ? null : <p>{property.description}</p>}
            </dd>
          </div>
        ))}
      </dl>
      <div className="rounded-lg border bg-surface max-md:hidden">
        <table className="w-full">
          <thead>
            <tr className="border-b text-left text-xs text-faint">
              {["Name", "Type", "Default", "Description"].map((head) => (
                <th key={head} scope="col" className="px-3 py-1.5 font-normal">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {properties.map((property) => (
              <tr key={property.name} className="border-b align-top last:border-0">
                <td className="px-3 py-1.5 font-mono text-xs leading-5">{property.name}</td>
                <td className="px-3 py-1.5 text-muted">{property.type}</td>
                <td className="px-3 py-1.5 font-mono text-xs leading-5 break-words">
                  {property.required ? (
                    <span className="font-sans text-muted">required</span>
                  ) : (
                    (property.fallback ?? "–")
                  )}
                </td>
                <td className="px-3 py-1.5 text-muted">{property.description}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <details>
        <summary className="mb-2 w-fit rounded-sm text-muted hover:text-text">As JSON Schema</summary>
        <JsonView value={schema} />
      </details>
    </div>
  );
}

function propertiesOf(schema: unknown): readonly Property[] | undefined {
  if (!isObject(schema) || !isObject(schema.properties)) return undefined;
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(schema.properties).map(([name, value]) => {
    const property = isObject(value) ? value : {};
    return {
      name,
      type: typeText(property),
      required: required.includes(name) && property.default === undefined,
      fallback: property.default === undefined ? null : JSON.stringify(property.default),
      description: typeof property.description === "string" ? property.description : null,
    };
  });
}

function typeText(property: Readonly<Record<string, unknown>>): string {
  if (Array.isArray(property.enum)) return property.enum.map((one) => JSON.stringify(one)).join(" | ");
  if (Array.isArray(property.anyOf))
    return property.anyOf.map((one) => (isObject(one) ? typeText(one) : "any")).join(" | ");
  if (property.type === "array") return `list of ${isObject(property.items) ? typeText(property.items) : "anything"}`;
  const type =
    typeof property.type === "string"
      ? property.type
      : typeof property.$ref === "string"
        ? (property.$ref.split("/").at(-1) ?? "object")
        : "any";
  return typeof property.format === "string" ? `${type} (${property.format})` : type;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
