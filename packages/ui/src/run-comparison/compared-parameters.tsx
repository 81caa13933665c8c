import type { FlowRunRow } from "../api/types.ts";
import { comparedParameters } from "./compared.ts";

/** What each run was given; a line that differs is marked by a sign and by its colour. */
export function ComparedParameters({ a, b }: { readonly a: FlowRunRow; readonly b: FlowRunRow }) {
  const all = comparedParameters(a.parameters, b.parameters);
  if (all.length === 0) return <p className="px-3 py-3 text-muted">Neither run was given parameters.</p>;
  const different = all.filter(({ differs }) => differs).length;
  return (
    <div className="overflow-x-auto">
      <p className="px-3 pt-2 text-muted">
        {different === 0 ? "All parameters are the same." : `${different} of ${all.length} differ.`}
      </p>
      <table className="w-full table-fixed text-sm">
        <thead className="text-left text-xs text-faint">
          <tr>
            <th className="w-[28%] px-3 py-1.5 font-medium">Name</th>
            <th className="px-3 py-1.5 font-medium">A</th>
            <th className="px-3 py-1.5 font-medium">B</th>
          </tr>
        </thead>
        <tbody>
          {all.map((parameter) => (
            <tr key={parameter.name} className={`border-t align-top ${parameter.differs ? "bg-accent-soft" : ""}`}>
              <th scope="row" className="px-3 py-1.5 text-left font-mono text-xs font-normal break-words">
                {parameter.differs ? (
                  <span className="mr-1 font-semibold text-accent" title="differs">
                    ≠<span className="sr-only"> differs: </span>
                  </span>
                ) : null}
                {parameter.name}
              </th>
              <Given value={parameter.a} />
              <Given value={parameter.b} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Given({ value }: { readonly value: unknown }) {
  return (
    <td className="px-3 py-1.5">
      {value === undefined ? (
        <span className="text-muted">not given</span>
      ) : (
        <code className="block max-h-40 overflow-y-auto text-xs break-words whitespace-pre-wrap">
          {JSON.stringify(value, null, typeof value === "object" ? 1 : 0)}
        </code>
      )}
    </td>
  );
}
