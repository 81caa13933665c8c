import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { FilterButton } from "../components/filter-button.tsx";
import { Menu, MenuCheck, MenuField, MenuLabel } from "../components/menu.tsx";
import { deploymentNamesQuery } from "./runs.queries.ts";
import type { RunsSearch } from "./runs-search.ts";

/** Chooses deployments, of which there may be thousands: the server searches them. */
export function DeploymentFilter(props: {
  readonly search: Pick<RunsSearch, "deployment">;
  readonly onChange: (change: { readonly deployment: readonly string[] | undefined }) => void;
}) {
  const [opened, setOpened] = useState(false);
  const [text, setText] = useState("");
  const chosen = props.search.deployment ?? [];
  const named = useQuery({ ...deploymentNamesQuery({ ids: chosen }), enabled: chosen.length > 0 });
  const found = useQuery({
    ...deploymentNamesQuery({ text: text.trim() }),
    enabled: opened,
    placeholderData: keepPreviousData,
  });
  const of = new Map([...(named.data ?? []), ...(found.data ?? [])].map((one) => [one.id, one]));
  const ids = [...new Set([...chosen, ...(found.data ?? []).map(({ id }) => id)])];
  const toggle = (id: string, on: boolean) => {
    const next = on ? [...chosen, id] : chosen.filter((one) => one !== id);
    props.onChange({ deployment: next.length === 0 ? undefined : next });
  };
  return (
    <Menu
      trigger={
        <FilterButton
          icon="deployments"
          name="Deployment"
          value={chosen.map((id) => of.get(id)?.name ?? "…").join(", ")}
          onPointerEnter={() => setOpened(true)}
          onFocus={() => setOpened(true)}
        />
      }
    >
      <MenuField label="Find a deployment" value={text} onChange={setText} />
      {ids.map((id) => (
        <MenuCheck key={id} checked={chosen.includes(id)} onChange={(on) => toggle(id, on)}>
          <span className="truncate">{of.get(id)?.name ?? "a deleted one"}</span>
          <span className="shrink-[2] truncate text-xs text-faint">{of.get(id)?.flow_name}</span>
        </MenuCheck>
      ))}
      {found.data?.length === 0 && chosen.length === 0 ? (
        <MenuLabel>No deployment has this in its name</MenuLabel>
      ) : null}
    </Menu>
  );
}
