/** Runs the work once fewer than the maximum are running. */
export type Limiter = <T>(work: () => Promise<T>) => Promise<T>;

/** Runs up to `max` pieces of work at once; the others wait in order. */
export function createLimiter(max: number): Limiter {
  const waiting: (() => void)[] = [];
  let underWay = 0;
  return async (work) => {
    if (underWay >= max) await new Promise<void>((resolve) => waiting.push(resolve));
    else underWay += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) underWay -= 1;
      else next();
    }
  };
}
