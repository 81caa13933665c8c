import { IconButton } from "./button.tsx";
import { Menu, MenuCheck, MenuLabel } from "./menu.tsx";

/** Chooses the columns of a list. */
export function ColumnMenu(props: {
  readonly columns: readonly { readonly id: string; readonly label: string }[];
  readonly shown: readonly { readonly id: string }[];
  readonly onChange: (ids: readonly string[]) => void;
}) {
  const shown = props.shown.map(({ id }) => id);
  return (
    <Menu align="end" className="max-md:hidden" trigger={<IconButton icon="columns" label="Columns" />}>
      <MenuLabel>Columns</MenuLabel>
      {props.columns.map((column) => (
        <MenuCheck
          key={column.id}
          checked={shown.includes(column.id)}
          onChange={(on) => props.onChange(on ? [...shown, column.id] : shown.filter((id) => id !== column.id))}
        >
          {column.label}
        </MenuCheck>
      ))}
    </Menu>
  );
}
