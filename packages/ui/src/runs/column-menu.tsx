import { IconButton } from "../components/button.tsx";
import { Menu, MenuCheck, MenuLabel } from "../components/menu.tsx";
import type { RunColumn } from "./run-columns.tsx";

export function ColumnMenu(props: {
  readonly columns: readonly RunColumn[];
  readonly shown: readonly string[];
  readonly onChange: (ids: readonly string[]) => void;
}) {
  return (
    <Menu align="end" className="max-md:hidden" trigger={<IconButton icon="columns" label="Columns" />}>
      <MenuLabel>Columns</MenuLabel>
      {props.columns.map((column) => (
        <MenuCheck
          key={column.id}
          checked={props.shown.includes(column.id)}
          onChange={(on) =>
            props.onChange(on ? [...props.shown, column.id] : props.shown.filter((id) => id !== column.id))
          }
        >
          {column.label}
        </MenuCheck>
      ))}
    </Menu>
  );
}
