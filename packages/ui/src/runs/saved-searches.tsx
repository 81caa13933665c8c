import type { deleteSavedSearch, filterSavedSearches, saveSearch } from "@ostinato/protocol";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useId, useState } from "react";
import { call } from "../api/api.ts";
import type { SavedSearch } from "../api/types.ts";
import { Button, IconButton } from "../components/button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { messageOf } from "../components/failure.tsx";
import { TextField } from "../components/field.tsx";
import { Menu, MenuItem, MenuLabel, MenuSeparator } from "../components/menu.tsx";
import { isFiltered, type RunsSearch, readRunsSearch } from "./runs-search.ts";

const key = ["saved-searches"];

/** Filters kept under a name, for everybody who uses this server. */
export function SavedSearches({ search }: { readonly search: RunsSearch }) {
  const [wanted, setWanted] = useState(false);
  const [dialog, setDialog] = useState<"save" | "manage">();
  const navigate = useNavigate();
  const saved = useQuery({
    queryKey: key,
    enabled: wanted,
    queryFn: ({ signal }) => call<typeof filterSavedSearches>("POST /saved_searches/filter", { body: {}, signal }),
  });
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
          <MenuItem key={one.id} onSelect={() => void navigate({ to: "/runs", search: searchOf(one) })}>
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
        <MenuItem icon="trash" disabled={(saved.data?.length ?? 0) === 0} onSelect={() => setDialog("manage")}>
          Delete saved searches…
        </MenuItem>
      </Menu>
      {dialog === "save" ? <SaveDialog search={search} onClose={() => setDialog(undefined)} /> : null}
      {dialog === "manage" ? <ManageDialog saved={saved.data ?? []} onClose={() => setDialog(undefined)} /> : null}
    </>
  );
}

function SaveDialog({ search, onClose }: { readonly search: RunsSearch; readonly onClose: () => void }) {
  const [name, setName] = useState("");
  const id = useId();
  const queryClient = useQueryClient();
  const save = useMutation({
    mutationFn: () =>
      call<typeof saveSearch>("PUT /saved_searches/", { body: { name: name.trim(), filters: filtersOf(search) } }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: key });
      onClose();
    },
  });
  return (
    <Dialog open title="Save this filter" onOpenChange={onClose}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <label htmlFor={id} className="-mb-2 text-muted">
          Name
        </label>
        <TextField
          id={id}
          autoFocus
          required
          value={name}
          onChange={(event) => setName(event.target.value)}
          placeholder="Failed nightly runs"
        />
        <p className="text-xs text-faint">A search of the same name is replaced.</p>
        {save.isError ? <p className="text-danger">{messageOf(save.error)}</p> : null}
        <Button look="primary" type="submit" className="self-end" disabled={name.trim() === "" || save.isPending}>
          Save
        </Button>
      </form>
    </Dialog>
  );
}

function ManageDialog({ saved, onClose }: { readonly saved: readonly SavedSearch[]; readonly onClose: () => void }) {
  const queryClient = useQueryClient();
  const remove = useMutation({
    mutationFn: (id: string) => call<typeof deleteSavedSearch>("DELETE /saved_searches/{id}", { params: { id } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: key }),
  });
  return (
    <Dialog open title="Saved searches" onOpenChange={onClose}>
      <ul className="flex flex-col">
        {saved.map((one) => (
          <li key={one.id} className="flex items-center gap-2 border-b py-1 last:border-0">
            <span className="min-w-0 flex-1 truncate">{one.name}</span>
            <IconButton icon="trash" label={`Delete ${one.name}`} onClick={() => remove.mutate(one.id)} />
          </li>
        ))}
      </ul>
      {remove.isError ? <p className="mt-2 text-danger">{messageOf(remove.error)}</p> : null}
    </Dialog>
  );
}

/** The filters in the form in which the API keeps them: one entry for each property that is narrowed. */
function filtersOf(search: RunsSearch) {
  return Object.entries(search).map(([property, value]) => ({
    object: "flow_run",
    property,
    type: Array.isArray(value) ? "list" : "text",
    operation: "equals",
    value,
  }));
}

function searchOf(saved: SavedSearch): RunsSearch {
  return readRunsSearch(Object.fromEntries(saved.filters.map((filter) => [filter.property, filter.value])));
}
