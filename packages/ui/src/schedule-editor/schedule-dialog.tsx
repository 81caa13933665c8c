import type {
  createDeploymentSchedules,
  Deployment,
  DeploymentSchedule,
  updateDeploymentSchedule,
} from "@ostinato/protocol";
import { call } from "../api/api.ts";
import { Dialog } from "../components/dialog.tsx";
import { ScheduleEditor, type WrittenSchedule } from "./schedule-editor.tsx";

/** Adds a schedule to a deployment, or changes one. `onSaved` is awaited before the dialog closes. */
export function ScheduleDialog(props: {
  readonly deployment: Pick<Deployment, "id" | "parameters" | "parameter_openapi_schema">;
  readonly schedule?: Pick<DeploymentSchedule, "id" | "schedule" | "active" | "slug" | "parameters">;
  /** The parameters with which a new schedule begins, beside those of the deployment. */
  readonly parameters?: DeploymentSchedule["parameters"];
  readonly onSaved: () => Promise<unknown>;
  readonly onClose: () => void;
}) {
  const { deployment, schedule, onClose } = props;
  const save = async (written: WrittenSchedule) => {
    if (schedule === undefined) await addSchedule(deployment.id, written);
    else await changeSchedule(deployment.id, schedule.id, written);
    await props.onSaved();
    onClose();
  };
  return (
    <Dialog open wide title={schedule === undefined ? "Add a schedule" : "Change the schedule"} onOpenChange={onClose}>
      <ScheduleEditor
        deployment={deployment}
        {...(schedule === undefined ? {} : { schedule })}
        {...(props.parameters === undefined ? {} : { parameters: props.parameters })}
        onSave={save}
        onCancel={onClose}
      />
    </Dialog>
  );
}

function addSchedule(deploymentId: string, written: WrittenSchedule): Promise<unknown> {
  return call<typeof createDeploymentSchedules>("POST /deployments/{id}/schedules", {
    params: { id: deploymentId },
    body: [written],
  });
}

function changeSchedule(deploymentId: string, scheduleId: string, written: WrittenSchedule): Promise<unknown> {
  return call<typeof updateDeploymentSchedule>("PATCH /deployments/{id}/schedules/{schedule_id}", {
    params: { id: deploymentId, schedule_id: scheduleId },
    body: written,
  });
}
