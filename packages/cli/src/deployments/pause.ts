import { pauseDeployment, resumeDeployment } from "@ostinato/protocol";
import { withServer } from "../connect.ts";
import { say, sayJson } from "../output/output.ts";
import { findDeployment } from "./find.ts";

interface Json {
  readonly json?: boolean;
}

export function pause(wanted: string, { json }: Json): Promise<void> {
  return withServer(async ({ client }) => {
    const { row, fullName } = await findDeployment(client, wanted);
    await client.call(pauseDeployment, { params: { id: row.id } });
    if (json) sayJson({ id: row.id, name: fullName, paused: true });
    else say(`Deployment ${fullName} is paused: its schedules make no runs until "ostinato deployment resume".`);
  });
}

export function resume(wanted: string, { json }: Json): Promise<void> {
  return withServer(async ({ client }) => {
    const { row, fullName } = await findDeployment(client, wanted);
    await client.call(resumeDeployment, { params: { id: row.id } });
    if (json) sayJson({ id: row.id, name: fullName, paused: false });
    else say(`The schedules of deployment ${fullName} go on.`);
  });
}
