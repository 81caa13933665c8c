import type { deleteDeploymentSchedule, updateDeploymentSchedule } from "@ostinato/protocol";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../api/api.ts";
import type { DeploymentPage, ScheduleInPage } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { ConfirmDialog } from "../components/dialog.tsx";
import { messageOf } from "../components/failure.tsx";
import { JsonView } from "../components/json-view.tsx";
import { Switch } from "../components/switch.tsx";
import { Badge } from "../components/tag.tsx";
import { ScheduleDialog } from "../schedule-editor/schedule-dialog.tsx";
import { deploymentQuery } from "./deployments.queries.ts";
import { ScheduleTimes } from "./schedule-times.tsx";

/** The schedules of a deployment, each with its next times. */
export function SchedulesTab({ page }: { readonly page: DeploymentPage }) {
  const [deleting, setDeleting] = useState<ScheduleInPage>();
  const [editing, setEditing] = useState<ScheduleInPage | "new">();
  const queryClient = useQueryClient();
  const { id, paused } = page.deployment;
  const again = () => queryClient.invalidateQueries({ queryKey: deploymentQuery(id).queryKey });
  const activate = useMutation({
    mutationFn: ({ schedule, active }: { readonly schedule: ScheduleInPage; readonly active: boolean }) =>
      call<typeof updateDeploymentSchedule>("PATCH /deployments/{id}/schedules/{schedule_id}", {
        params: { id, schedule_id: schedule.id },
        body: { active },
      }),
    onSettled: again,
  });
  return (
    <div className="flex max-w-5xl flex-col gap-3">
      {activate.isError ? (
        <p role="alert" className="break-words text-danger">
          {messageOf(activate.error)}
        </p>
      ) : null}
      {page.schedules.length === 0 ? (
        <p className="py-2 text-muted">This deployment has no schedule. It runs when somebody starts it.</p>
      ) : null}
      {paused && page.schedules.length > 0 ? (
        <p className="text-muted">This deployment is paused. The times below hold once it is resumed.</p>
      ) : null}
      {page.schedules.map((schedule) => (
        <section key={schedule.id} aria-label={schedule.words} className="rounded-lg border bg-surface">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b px-3 py-2">
            <Switch
              label={schedule.active ? `Switch off: ${schedule.words}` : `Switch on: ${schedule.words}`}
              on={schedule.active}
              disabled={activate.isPending}
              onChange={(active) => activate.mutate({ schedule, active })}
            />
            <h2 className="min-w-0 font-semibold break-words">{schedule.words}</h2>
            {schedule.slug === null ? null : <Badge>{schedule.slug}</Badge>}
            <code className="min-w-0 truncate text-xs text-faint">{sourceOf(schedule)}</code>
            <span className="ml-auto flex gap-1.5">
              <Button icon="edit" onClick={() => setEditing(schedule)}>
                Edit
              </Button>
              <Button look="danger" icon="trash" onClick={() => setDeleting(schedule)}>
                Delete
              </Button>
            </span>
          </div>
          {schedule.problem === null ? null : (
            <p className="border-b px-3 py-2 break-words text-danger">{schedule.problem}</p>
          )}
          <div className="grid gap-4 p-3 md:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
            <ScheduleTimes times={schedule.next} zone={schedule.schedule.timezone ?? "UTC"} />
            <div className="flex min-w-0 flex-col gap-2">
              {schedule.max_scheduled_runs === null ? null : (
                <p className="text-muted">At most {schedule.max_scheduled_runs} runs are planned ahead.</p>
              )}
              {Object.keys(schedule.parameters).length === 0 ? null : (
                <div>
                  <p className="mb-1 text-muted">Its runs get these parameters instead of the deployment's:</p>
                  <JsonView value={schedule.parameters} />
                </div>
              )}
            </div>
          </div>
        </section>
      ))}
      <Button icon="plus" className="self-start" onClick={() => setEditing("new")}>
        Add a schedule
      </Button>
      {editing === undefined ? null : (
        <ScheduleDialog
          deployment={page.deployment}
          {...(editing === "new" ? {} : { schedule: editing })}
          onSaved={again}
          onClose={() => setEditing(undefined)}
        />
      )}
      {deleting === undefined ? null : (
        <ConfirmDialog
          open
          onOpenChange={() => setDeleting(undefined)}
          title="Delete a schedule"
          action="Delete the schedule"
          keep="Keep the schedule"
          danger
          onConfirm={async () => {
            await call<typeof deleteDeploymentSchedule>("DELETE /deployments/{id}/schedules/{schedule_id}", {
              params: { id, schedule_id: deleting.id },
            });
            await again();
          }}
        >
          <em>{deleting.words}</em> is deleted with the runs that it has planned. Runs that have started go on.
        </ConfirmDialog>
      )}
    </div>
  );
}

/** The schedule as it is written. */
function sourceOf({ schedule }: ScheduleInPage): string {
  if ("cron" in schedule) return schedule.cron;
  return "rrule" in schedule ? (schedule.rrule.split("\n").at(-1) ?? "") : "";
}
