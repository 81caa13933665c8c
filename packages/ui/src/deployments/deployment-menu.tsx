import { useNavigate } from "@tanstack/react-router";
import type { DeploymentRow } from "../api/types.ts";
import { IconButton } from "../components/button.tsx";
import { copyText } from "../components/copy.tsx";
import { Menu, MenuItem, MenuSeparator } from "../components/menu.tsx";
import type { RowActions } from "./row-actions.tsx";

/** The actions on one deployment of the list. */
export function DeploymentMenu({ row, actions }: { readonly row: DeploymentRow; readonly actions: RowActions }) {
  const navigate = useNavigate();
  return (
    <Menu align="end" trigger={<IconButton icon="more" label={`Actions on ${row.name}`} />}>
      <MenuItem icon="play" onSelect={() => actions.onRun(row)}>
        Run now
      </MenuItem>
      <MenuItem icon="edit" onSelect={() => void navigate({ to: "/deployments/$id/run", params: { id: row.id } })}>
        Run with…
      </MenuItem>
      <MenuItem icon={row.paused ? "play" : "pause"} onSelect={() => actions.onPause(row, !row.paused)}>
        {row.paused ? "Resume its schedules" : "Pause its schedules"}
      </MenuItem>
      <MenuItem icon="runs" onSelect={() => void navigate({ to: "/runs", search: { deployment: [row.id] } })}>
        All runs
      </MenuItem>
      <MenuItem icon="copy" onSelect={() => void copyText(row.id)}>
        Copy the id
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon="trash" danger onSelect={() => actions.onDelete(row)}>
        Delete…
      </MenuItem>
    </Menu>
  );
}
