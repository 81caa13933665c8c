import { Link } from "@tanstack/react-router";
import type { VariableRow, VariableSort } from "../api/types.ts";
import type { Column } from "../components/columns.ts";
import { Icon } from "../components/icon.tsx";
import type { NameColumn } from "../components/row-table.tsx";
import { Tags } from "../components/tag.tsx";
import { RelativeTime } from "../components/time.tsx";
import { count } from "../format.ts";

export const variableName: NameColumn<VariableRow, VariableSort> = {
  label: "Variable",
  sorts: ["NAME_ASC", "NAME_DESC"],
  cell: (variable) => <NameLink variable={variable} />,
};

/** The columns after the name, in order. */
export const variableColumns: readonly Column<VariableRow, VariableSort>[] = [
  { id: "value", label: "Value", width: 160, grows: 2, cell: (variable) => <Value variable={variable} /> },
  { id: "tags", label: "Tags", width: 110, grows: 0.7, cell: ({ tags }) => <Tags tags={tags} /> },
  {
    id: "updated",
    label: "Changed",
    width: 92,
    right: true,
    sorts: ["UPDATED_DESC"],
    cell: ({ updated }) => <RelativeTime time={updated} className="truncate text-muted" />,
  },
];

export function narrowVariable(variable: VariableRow) {
  return (
    <>
      <Icon name="variables" className="text-faint" />
      <NameLink variable={variable} />
      <RelativeTime time={variable.updated} className="text-right text-xs text-faint" />
      <span />
      <Value variable={variable} />
      <Tags tags={variable.tags} most={1} />
    </>
  );
}

function NameLink({ variable }: { readonly variable: VariableRow }) {
  return (
    <Link
      to="/variables/$name"
      params={{ name: variable.name }}
      className="truncate py-0.5 font-mono text-xs font-medium hover:underline"
      title={variable.name}
    >
      {variable.name}
    </Link>
  );
}

function Value({ variable: { preview, characters } }: { readonly variable: VariableRow }) {
  return (
    <span className="flex min-w-0 items-baseline gap-2">
      <code className="truncate text-xs text-muted" title={preview}>
        {preview}
      </code>
      {characters > preview.length ? (
        <span className="shrink-0 text-xs text-faint">{count(characters)} characters</span>
      ) : null}
    </span>
  );
}
