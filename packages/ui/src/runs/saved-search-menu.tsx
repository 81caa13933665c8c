import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { IconButton } from "../components/button.tsx";
import { Menu, MenuItem, MenuLabel, MenuSeparator } from "../components/menu.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { useDefaultSearch } from "./default-search.ts";
import { isFiltered, type RunsSearch } from "./runs-search.ts";
import { savedSearchesQuery, searchOf } from "./saved-searches.ts";

const dialogs = () => import("./saved-search-dialogs.tsx");
const SaveDialog = onDemand(() => dialogs().then((module) => module.SaveDialog));
const ManageDialog = onDemand(() => dialogs().then((module) => module.ManageDialog));

/** The saved searches, and an entry for saving the present filter. */
export function SavedSearchMenu({ search }: { readonly search: RunsSearch }) {
  const [wanted, setWanted] = useState(false);
  const [dialog, setDialog] = useState<"save" | "manage">();
  const navigate = useNavigate();
  const usual = useDefaultSearch();
  const saved = useQuery({ ...savedSearchesQuery, enabled: wanted });
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
        {saved.data?.map((one) => (
          <MenuItem
            key={one.id}
            onSelect={() => void navigate({ to: "/runs", search: searchOf(one) })}
            {...(usual?.id === one.id ? { hint: "default" } : {})}
          >
            {one.name}
          </MenuItem>
        ))}
        {saved.data?.length === 0 ? (
          <p className="px-2 pb-1 text-xs text-faint">None yet. Filter the list, then save it.</p>
        ) : null}
        <MenuSeparator />
        <MenuItem icon="plus" disabled={!isFiltered(search)} onSelect={() => setDialog("save")}>
          Save this filter…
        </MenuItem>
        <MenuItem icon="edit" disabled={(saved.data?.length ?? 0) === 0} onSelect={() => setDialog("manage")}>
          Rename, delete, make default…
        </MenuItem>
      </Menu>
      {dialog === "save" ? <SaveDialog search={search} onClose={close} /> : null}
      {dialog === "manage" ? <ManageDialog onClose={close} /> : null}
    </>
  );
}
