/** Does one call after another at most so many at a time, so that nobody waits long for the others of a turn. */
const callsPerTurn = 64;

interface Caller<C, A> {
  readonly call: C;
  resolve(answer: A): void;
  reject(error: unknown): void;
}

/** Does some calls, in their order, and gives the answer of each; where it rejects, nothing was done for any of them. */
export type DoTurn<C, A> = (calls: readonly C[]) => Promise<readonly A[]>;

/**
 * Lets calls about the same subject come in turns: those that arrive while a turn is under way make up the next one. Sixteen
 * clients that take slots of one limit would wait for its row one after the other; in turns they share its lock and the commit.
 */
export function slotTurns<C, A>(doTurn: DoTurn<C, A>): (subject: string, call: C) => Promise<A> {
  const waiting = new Map<string, Caller<C, A>[]>();

  async function drain(subject: string, callers: Caller<C, A>[]): Promise<void> {
    while (callers.length > 0) await settle(callers.splice(0, callsPerTurn), doTurn);
    waiting.delete(subject);
  }

  return (subject, call) =>
    new Promise((resolve, reject) => {
      const caller = { call, resolve, reject };
      const others = waiting.get(subject);
      if (others !== undefined) return others.push(caller);
      const callers = [caller];
      waiting.set(subject, callers);
      void drain(subject, callers);
    });
}

/** A turn that fails is done again call by call, so that each fails alone. */
async function settle<C, A>(callers: readonly Caller<C, A>[], doTurn: DoTurn<C, A>): Promise<void> {
  try {
    const answers = await doTurn(callers.map(({ call }) => call));
    for (const [index, answer] of answers.entries()) callers[index]?.resolve(answer);
  } catch (error) {
    if (callers.length > 1) for (const caller of callers) await settle([caller], doTurn);
    else callers[0]?.reject(error);
  }
}
