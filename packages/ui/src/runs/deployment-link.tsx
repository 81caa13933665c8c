import { Link } from "@tanstack/react-router";
import type { FlowRunRow } from "../api/types.ts";

/** The deployment of a run; its name alone would be gone with it. */
export function DeploymentLink(props: {
  readonly run: Pick<FlowRunRow, "deployment_id" | "deployment_name">;
  readonly className: string;
}) {
  const { deployment_id: id, deployment_name: name } = props.run;
  if (id === null) return null;
  if (name === null) return <span className={`${props.className} text-faint`}>a deleted one</span>;
  return (
    <Link to="/deployments/$id" params={{ id }} className={`${props.className} hover:text-text hover:underline`}>
      {name}
    </Link>
  );
}
