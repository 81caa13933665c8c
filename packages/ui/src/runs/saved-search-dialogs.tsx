import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import type { SavedSearch } from "../api/types.ts";
import { Button, IconButton } from "../components/button.tsx";
import { Dialog, DialogButtons } from "../components/dialog.tsx";
import { messageOf } from "../components/failure.tsx";
import { TextField } from "../components/field.tsx";
import { setDefaultSearch, useDefaultSearch } from "./default-search.ts";
import {
  filtersOf,
  isOf,
  keepSearch,
  readSavedAnew,
  removeSearch,
  type SearchedNoun,
  savedSearchesQuery,
  searchOf,
} from "./saved-searches.ts";

export function SaveDialog(props: {
  readonly of: SearchedNoun;
  readonly filter: object;
  readonly onClose: () => void;
}) {
  const { of, filter, onClose } = props;
  const [name, setName] = useState("");
  const id = useId();
  const queryClient = useQueryClient();
  const saved = useQuery(savedSearchesQuery);
  const same = saved.data?.find((one) => one.name === name.trim());
  const replaces = same !== undefined && isOf(of, same);
  const isTaken = same !== undefined && !replaces;
  const save = useMutation({
    mutationFn: () => keepSearch(name.trim(), filtersOf(of, filter)),
    onSuccess: async () => {
      await readSavedAnew(queryClient);
      onClose();
    },
  });
  return (
    <Dialog open title="Save this search" onOpenChange={onClose}>
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
        <p className="text-xs text-faint">
          {replaces
            ? "Another saved search has this name. It will be replaced."
            : isTaken
              ? `A saved search of ${of === "flow_run" ? "task runs" : "flow runs"} has this name.`
              : "The search is stored on the server, for everybody who uses it."}
        </p>
        {save.isError ? (
          <p role="alert" className="text-danger">
            {messageOf(save.error)}
          </p>
        ) : null}
        <DialogButtons onKeep={onClose}>
          <Button look="primary" type="submit" disabled={name.trim() === "" || isTaken || save.isPending}>
            {replaces ? "Replace" : "Save"}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}

export function ManageDialog({ of, onClose }: { readonly of: SearchedNoun; readonly onClose: () => void }) {
  const queryClient = useQueryClient();
  const all = useQuery(savedSearchesQuery).data ?? [];
  const saved = all.filter((one) => isOf(of, one));
  const usual = useDefaultSearch();
  const [removed, setRemoved] = useState<SavedSearch>();
  const remove = useMutation({
    mutationFn: (one: SavedSearch) => removeSearch(one.id),
    onSuccess: (_, one) => {
      setRemoved(one);
      if (usual?.id === one.id) setDefaultSearch(undefined);
      return readSavedAnew(queryClient);
    },
  });
  const undo = useMutation({
    mutationFn: (one: SavedSearch) => keepSearch(one.name, one.filters),
    onSuccess: () => {
      setRemoved(undefined);
      return readSavedAnew(queryClient);
    },
  });
  const failure = remove.error ?? undo.error;
  return (
    <Dialog open title="Saved searches" onOpenChange={onClose}>
      <ul className="flex flex-col">
        {saved.map((one) => (
          <Row
            key={one.id}
            saved={one}
            others={all}
            canBeDefault={of === "flow_run"}
            isDefault={usual?.id === one.id}
            onRemove={() => remove.mutate(one)}
          />
        ))}
      </ul>
      {saved.length === 0 ? <p className="text-faint">No saved search is left.</p> : null}
      {removed === undefined ? null : (
        <p role="status" className="mt-3 flex items-center gap-2 text-muted">
          <span className="min-w-0 truncate">“{removed.name}” is deleted.</span>
          <Button onClick={() => undo.mutate(removed)}>Undo</Button>
        </p>
      )}
      {failure === null ? null : (
        <p role="alert" className="mt-2 text-danger">
          {messageOf(failure)}
        </p>
      )}
      <p className="mt-3 text-xs text-faint">
        Searches are stored on the server, for everybody.
        {of === "flow_run" ? " “Runs” opens the pinned one in this browser." : ""}
      </p>
    </Dialog>
  );
}

function Row(props: {
  readonly saved: SavedSearch;
  readonly others: readonly SavedSearch[];
  /** Only the list of flow runs opens with a search. */
  readonly canBeDefault: boolean;
  readonly isDefault: boolean;
  readonly onRemove: () => void;
}) {
  const { saved, others, isDefault } = props;
  const [name, setName] = useState<string>();
  const queryClient = useQueryClient();
  const rename = useMutation({
    mutationFn: async (next: string) => {
      if (others.some((one) => one.name === next)) throw new Error("Another saved search has this name.");
      // The API identifies a search by its name: store the new one before deleting the old one.
      const kept = await keepSearch(next, saved.filters);
      await removeSearch(saved.id);
      if (isDefault) setDefaultSearch({ id: kept.id, search: searchOf(kept) });
    },
    onSuccess: () => {
      setName(undefined);
      return readSavedAnew(queryClient);
    },
  });
  if (name !== undefined) {
    const next = name.trim();
    return (
      <li className="border-b py-1 last:border-0">
        <form
          className="flex items-center gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            if (next === saved.name) setName(undefined);
            else rename.mutate(next);
          }}
        >
          <TextField
            aria-label={`New name of ${saved.name}`}
            autoFocus
            className="flex-1"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
          <Button type="submit" look="primary" disabled={next === "" || rename.isPending}>
            Rename
          </Button>
          <IconButton icon="close" label="Keep the name" onClick={() => setName(undefined)} />
        </form>
        {rename.isError ? (
          <p role="alert" className="pt-1 text-danger">
            {messageOf(rename.error)}
          </p>
        ) : null}
      </li>
    );
  }
  return (
    <li className="flex items-center gap-1 border-b py-1 last:border-0">
      <span className="min-w-0 flex-1 truncate">{saved.name}</span>
      {props.canBeDefault ? (
        <IconButton
          icon="pin"
          label={isDefault ? `Open Runs without ${saved.name}` : `Open Runs with ${saved.name}`}
          aria-pressed={isDefault}
          className={isDefault ? "text-accent" : ""}
          onClick={() => setDefaultSearch(isDefault ? undefined : { id: saved.id, search: searchOf(saved) })}
        />
      ) : null}
      <IconButton icon="edit" label={`Rename ${saved.name}`} onClick={() => setName(saved.name)} />
      <IconButton icon="trash" label={`Delete ${saved.name}`} onClick={props.onRemove} />
    </li>
  );
}
