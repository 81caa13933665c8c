/** A field of a schedule that can't be used. `message` names the field, its value and what to write instead. */
export interface ScheduleProblem {
  readonly field: "cron" | "interval" | "anchor_date" | "rrule" | "timezone";
  readonly value: unknown;
  readonly message: string;
}

/** A schedule that can't be used: `scheduleProblem` gives the same problem as a value. */
export class ScheduleError extends Error {
  override readonly name = "ScheduleError";
  readonly problem: ScheduleProblem;

  constructor(problem: ScheduleProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

const maxShownCharacters = 100;

/** `` `cron` "61 * * * *" can't be used: … `` */
export function scheduleError(field: ScheduleProblem["field"], value: unknown, reason: string): ScheduleError {
  return new ScheduleError({ field, value, message: `\`${field}\` ${shown(value)} can't be used: ${reason}` });
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= maxShownCharacters ? text : `${text.slice(0, maxShownCharacters)}…`;
}
