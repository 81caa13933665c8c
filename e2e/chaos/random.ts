/** Reproducible random numbers from a seed (mulberry32, public domain). */
export interface Random {
  /** From 0 up to 1, exclusive. */
  next(): number;
  pick<T>(list: readonly T[]): T;
  between(least: number, most: number): number;
  shuffled<T>(list: readonly T[]): T[];
  /** An independent source, which does not depend on the numbers taken from this one. */
  fork(): Random;
}

export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  return {
    next,
    pick<T>(list: readonly T[]) {
      return list[Math.floor(next() * list.length)] as T;
    },
    between: (least, most) => least + next() * (most - least),
    shuffled(list) {
      const order = list.map((item) => [next(), item] as const);
      return order.sort(([one], [other]) => one - other).map(([, item]) => item);
    },
    fork: () => seededRandom(Math.floor(next() * 4294967296)),
  };
}
