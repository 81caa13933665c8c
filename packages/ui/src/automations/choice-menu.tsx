import { useState } from "react";
import type { NamedThing } from "../api/types.ts";
import { FilterButton } from "../components/filter-button.tsx";
import type { IconName } from "../components/icon.tsx";
import { Menu, MenuCheck, MenuField, MenuLabel } from "../components/menu.tsx";

interface Choice {
  readonly id: string;
  readonly label: string;
}

/** From this many choices on, the menu has a search field. */
const manyChoices = 10;

/** Some of many, as a part of a sentence: a button with their names. */
export function ChoiceMenu(props: {
  readonly icon: IconName;
  readonly label: string;
  /** Read where none is chosen. */
  readonly none: string;
  readonly choices: readonly Choice[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}) {
  const { choices, chosen, onChange } = props;
  const [text, setText] = useState("");
  const known = new Map(choices.map(({ id, label }) => [id, label]));
  const all = [...choices, ...chosen.filter((id) => !known.has(id)).map((id) => ({ id, label: `${id} (gone)` }))];
  const wanted = text.trim().toLowerCase();
  const shown = all
    .filter(({ id, label }) => chosen.includes(id) || label.toLowerCase().includes(wanted))
    .slice(0, 100);
  const value = chosen.map((id) => known.get(id) ?? `${id.slice(0, 8)}… (gone)`).join(" or ");
  return (
    <Menu
      trigger={
        <FilterButton
          icon={props.icon}
          name={chosen.length === 0 ? props.none : props.label}
          value={value}
          aria-label={`${props.label}: ${value === "" ? props.none : value}`}
        />
      }
    >
      {all.length > manyChoices ? <MenuField label={`Find: ${props.label}`} value={text} onChange={setText} /> : null}
      {shown.map(({ id, label }) => (
        <MenuCheck
          key={id}
          checked={chosen.includes(id)}
          onChange={(on) => onChange(on ? [...chosen, id] : chosen.filter((one) => one !== id))}
        >
          <span className="truncate">{label}</span>
        </MenuCheck>
      ))}
      {shown.length === 0 ? <MenuLabel>Nothing to choose from</MenuLabel> : null}
    </Menu>
  );
}

export function choicesOf(things: readonly NamedThing[] | undefined): readonly Choice[] {
  return (things ?? []).map(({ id, name, of, kind }) => ({
    id,
    label: of === null ? name : kind === "block" ? `${name} (${of})` : `${of}/${name}`,
  }));
}
