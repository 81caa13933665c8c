import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { IconButton } from "../components/button.tsx";
import { Menu, MenuItem, MenuLabel, MenuSeparator } from "../components/menu.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { useDefaultSearch } from "./default-search.ts";
import { isOf, rawSearchOf, type SearchedNoun, savedSearchesQuery } from "./saved-searches.ts";

const dialogs = () => import("./saved-search-dialogs.tsx");
const SaveDialog = onDemand(() => dialogs().then((module) => module.SaveDialog));
const ManageDialog = onDemand(() => dialogs().then((module) => module.ManageDialog));

/** The saved searches of a list, and an entry for saving its present filter. */
export function SavedSearchMenu(props: {
  readonly of: SearchedNoun;
  /** The filter and the order; nothing can be saved while it is empty. */
  readonly filter: object;
  readonly isFiltered: boolean;
  readonly onOpen: (search: Readonly<Record<string, unknown>>) => void;
}) {
  const { of, filter } = props;
  const [wanted, setWanted] = useState(false);
  const [dialog, setDialog] = useState<"save" | "manage">();
  const usual = useDefaultSearch();
  const saved = useQuery({ ...savedSearchesQuery, enabled: wanted });
  const own = saved.data?.filter((one) => isOf(of, one));
  const close = () => setDialog(undefined);
  return (
    <>
      <Menu
        align="end"
        trigger={
          <IconButton
            icon="bookmark"
            label="Saved searches"
            onPointerEnter={() => setWanted(true)}
            onFocus={() => setWanted(true)}
          />
        }
      >
        <MenuLabel>Saved searches</MenuLabel>
        {own?.map((one) => (
          <MenuItem
            key={one.id}
            onSelect={() => props.onOpen(rawSearchOf(one))}
            {...(usual?.id === one.id ? { hint: "default" } : {})}
          >
            {one.name}
          </MenuItem>
        ))}
        {own?.length === 0 ? (
          <p className="px-2 pb-1 text-xs text-faint">None yet. Filter the list, then save it.</p>
        ) : null}
        <MenuSeparator />
        <MenuItem icon="plus" disabled={!props.isFiltered} onSelect={() => setDialog("save")}>
          Save this search…
        </MenuItem>
        <MenuItem icon="edit" disabled={(own?.length ?? 0) === 0} onSelect={() => setDialog("manage")}>
          Rename, delete, make default…
        </MenuItem>
      </Menu>
      {dialog === "save" ? <SaveDialog of={of} filter={filter} onClose={close} /> : null}
      {dialog === "manage" ? <ManageDialog of={of} onClose={close} /> : null}
    </>
  );
}
