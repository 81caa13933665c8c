import { pageLimit } from "@ostinato/protocol";
import { refused } from "./errors.ts";

/** The number of rows in an answer, as the caller asked: at most 200, which is also the default. */
export function readLimit(limit: number | null | undefined, max: number = pageLimit): number {
  if (limit === null || limit === undefined) return max;
  if (limit > max) throw refused("INVALID_LIMIT", `Invalid limit: must be less than or equal to ${max}.`);
  if (limit < 0) throw refused("INVALID_LIMIT", "Invalid limit: must be greater than or equal to 0.");
  return limit;
}

/** The bound on users' data in one answer (parameters, data of artifacts, inputs), because answers are built in memory. */
const maxAnswerBytes = 32 * 1024 * 1024;

/** Refuses a page whose rows exceed the bound before it is built, and says how many rows would fit. */
export function checkAnswerSize(sizes: readonly number[]): void {
  let total = 0;
  const fitting = sizes.filter((size) => {
    total += size;
    return total <= maxAnswerBytes;
  }).length;
  if (fitting >= sizes.length || sizes.length <= 1) return;
  throw refused(
    "ANSWER_TOO_LARGE",
    `Invalid limit: these ${sizes.length} rows take ${total} bytes, and one answer holds at most ${maxAnswerBytes}. Ask for at most ${Math.max(1, fitting)} at once.`,
  );
}

export interface PageRequest {
  readonly limit?: number | null | undefined;
  readonly page?: number | null | undefined;
}

/** One page with the counts that a pager shows. */
export async function paginate<T>(
  request: PageRequest,
  read: (limit: number, offset: number) => Promise<readonly T[]>,
  count: () => Promise<number>,
): Promise<{ results: T[]; count: number; limit: number; pages: number; page: number }> {
  const limit = readLimit(request.limit);
  const page = request.page ?? 1;
  const [results, total] = await Promise.all([read(limit, (page - 1) * limit), count()]);
  return { results: [...results], count: total, limit, pages: limit === 0 ? 0 : Math.ceil(total / limit), page };
}
