import { IconButton } from "./button.tsx";
import type { Column } from "./columns.ts";
import { Menu, MenuCheck, MenuLabel } from "./menu.tsx";
import type { NameColumn, RowOrder } from "./row-table.tsx";

/** Chooses the order of a list on a narrow screen, where it has no header. */
export function SortMenu<Row, Sort extends string>(props: {
  readonly name: Pick<NameColumn<Row, Sort>, "label" | "sorts">;
  readonly columns: readonly Column<Row, Sort>[];
  readonly sort: RowOrder<Sort>;
}) {
  const { value, onChange } = props.sort;
  const choices = [props.name, ...props.columns].flatMap(({ label, sorts }) =>
    (sorts ?? []).flatMap((sort) => (sort === undefined ? [] : [{ sort, label }])),
  );
  return (
    <Menu align="end" className="md:hidden" trigger={<IconButton icon="sort" label="Order" />}>
      <MenuLabel>Order</MenuLabel>
      {choices.map(({ sort, label }) => (
        <MenuCheck key={sort} checked={sort === value} onChange={() => onChange(sort)}>
          {label}, {sort.endsWith("_ASC") ? "ascending" : "descending"}
        </MenuCheck>
      ))}
    </Menu>
  );
}
