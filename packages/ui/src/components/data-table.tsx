import { isNumber } from "@ostinato/core";
import { useState } from "react";
import { count } from "../format.ts";
import { LinkedText } from "./linked-text.tsx";

const firstRows = 50;

/** A table of values: numbers aligned to the right, long texts cut, scrolling inside its own frame. */
export function DataTable(props: {
  readonly columns: readonly string[];
  /** What stands below the names of the columns. */
  readonly types?: readonly string[] | undefined;
  readonly rows: readonly (readonly unknown[])[];
  readonly label: string;
}) {
  const [shown, setShown] = useState(firstRows);
  const numeric = props.columns.map((_, column) =>
    props.rows.slice(0, 20).every((row) => row[column] === null || isNumber(row[column])),
  );
  return (
    <div className="min-w-0">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div tabIndex={0} role="region" aria-label={props.label} className="max-h-[60vh] overflow-auto rounded-md border">
        <table className="w-full border-collapse text-xs">
          <thead className="sticky top-0 bg-sunken">
            <tr>
              {props.columns.map((column, index) => (
                <th
                  // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have one name
                  key={index}
                  scope="col"
                  className={`border-b px-2 py-1 font-medium whitespace-nowrap text-muted ${numeric[index] === true ? "text-right" : "text-left"}`}
                >
                  {column}
                  {props.types === undefined ? null : (
                    <span
                      className="block max-w-60 truncate text-2xs font-normal text-faint"
                      title={props.types[index]}
                    >
                      {props.types[index]}
                    </span>
                  )}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {props.rows.slice(0, shown).map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity of their own
              <tr key={index} className="border-b last:border-0 hover:bg-hover">
                {props.columns.map((_, column) => (
                  <td
                    // biome-ignore lint/suspicious/noArrayIndexKey: cells stand by their column
                    key={column}
                    className={`max-w-80 truncate px-2 py-1 ${numeric[column] === true ? "text-right" : ""}`}
                    title={cellText(row[column])}
                  >
                    <LinkedText text={cellText(row[column])} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {props.rows.length > shown ? (
        <button
          type="button"
          className="mt-1 rounded-sm text-xs text-accent hover:underline"
          onClick={() => setShown(shown + 500)}
        >
          {count(props.rows.length - shown)} more rows
        </button>
      ) : null}
    </div>
  );
}

export function cellText(value: unknown): string {
  if (value === null || value === undefined) return "–";
  return typeof value === "object" && !isNumber(value) ? JSON.stringify(value) : String(value);
}
