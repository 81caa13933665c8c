import type { DeploymentScheduleCreate, previewSchedule, SchedulePreview } from "@ostinato/protocol";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { call } from "../api/api.ts";
import { useSettled } from "../components/settled.ts";
import { ownZone } from "../components/zoned-time.ts";

type ScheduleInput = DeploymentScheduleCreate["schedule"];

export interface PreviewState {
  readonly preview: SchedulePreview | undefined;
  readonly error: unknown;
  /** Whether the preview is of what the fields say now. */
  readonly isCurrent: boolean;
}

/** What the server says of a schedule while it is written. */
export function useSchedulePreview(schedule: ScheduleInput | undefined): PreviewState {
  const text = schedule === undefined ? "" : JSON.stringify(schedule);
  const settled = useSettled(text);
  const query = useQuery({
    queryKey: ["schedules", "preview", settled],
    enabled: settled !== "",
    queryFn: ({ signal }) =>
      call<typeof previewSchedule>("POST /ui/schedules/preview", {
        body: { schedule: JSON.parse(settled) as ScheduleInput, reader_zone: ownZone() },
        signal,
      }),
    placeholderData: keepPreviousData,
    retry: false,
  });
  return {
    preview: query.data,
    error: query.error,
    isCurrent: settled === text && text !== "" && query.isSuccess && !query.isPlaceholderData,
  };
}
