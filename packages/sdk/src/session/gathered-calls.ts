import { ApiError, isFailureOfServer } from "@ostinato/client";

export interface GatheredCallsOptions<I, O> {
  /** The maximum of one request: questions, and the sum of their sizes. One question may be larger. */
  readonly most: { readonly questions: number; readonly size: number };
  readonly sizeOf: (question: I) => number;
  /** Asks the server. Resolves with the answers in the order of the questions. */
  readonly ask: (questions: readonly I[]) => Promise<readonly O[]>;
}

/** So many requests are under way at once. Others wait, and become fewer and larger meanwhile. */
const maxUnderWay = 4;

interface Asked<I, O> {
  readonly question: I;
  resolve(answer: O): void;
  reject(error: unknown): void;
}

/**
 * Makes one request of what is asked in one turn of the event loop, and of what is asked while enough requests are under way. Where the
 * server refuses a request, its halves are asked, so that each question has its own answer or its own error.
 */
export function gatheredCalls<I, O>(options: GatheredCallsOptions<I, O>): (question: I) => Promise<O> {
  const { most, sizeOf, ask } = options;
  const waiting: Asked<I, O>[] = [];
  let underWay = 0;
  let isStarting = false;

  function start(): void {
    isStarting = false;
    while (waiting.length > 0 && underWay < maxUnderWay) {
      underWay += 1;
      void answer(takeSome()).finally(() => {
        underWay -= 1;
        start();
      });
    }
  }

  function takeSome(): readonly Asked<I, O>[] {
    let size = 0;
    const tooMany = waiting.findIndex(({ question }, index) => {
      size += sizeOf(question);
      return index > 0 && (index >= most.questions || size > most.size);
    });
    return waiting.splice(0, tooMany === -1 ? waiting.length : tooMany);
  }

  /** Never rejects. */
  async function answer(asked: readonly Asked<I, O>[]): Promise<void> {
    try {
      const answers = await ask(asked.map(({ question }) => question));
      for (const [index, { resolve }] of asked.entries()) resolve(answers[index] as O);
    } catch (error) {
      if (asked.length > 1 && isRefusal(error)) {
        const middle = asked.length >> 1;
        await Promise.all([answer(asked.slice(0, middle)), answer(asked.slice(middle))]);
      } else for (const { reject } of asked) reject(error);
    }
  }

  return (question) =>
    new Promise<O>((resolve, reject) => {
      waiting.push({ question, resolve, reject });
      if (isStarting) return;
      isStarting = true;
      setImmediate(start);
    });
}

function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && error.status !== 401 && !isFailureOfServer(error.status);
}
