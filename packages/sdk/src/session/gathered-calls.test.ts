import { ApiError } from "@ostinato/client";
import { expect, test } from "vitest";
import { gatheredCalls } from "./gathered-calls.ts";

/** A server that keeps the requests until they are answered, and refuses those in which there is something bad. */
function gathering(most: { questions: number; size: number }) {
  const requests: { readonly questions: readonly string[]; answer(): void; fail(error: Error): void }[] = [];
  const ask = gatheredCalls<string, string>({
    most,
    sizeOf: (question) => question.length,
    ask(questions) {
      const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
      const answer = () =>
        questions.includes("bad")
          ? reject(new ApiError("POST /", 409, { detail: `bad among ${questions.length}` }))
          : resolve(questions.map((question) => `${question}!`));
      requests.push({ questions, answer, fail: reject });
      return promise;
    },
  });
  return { ask, requests };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("what is asked in one turn is one request, in parts that are not too large", async () => {
  const { ask, requests } = gathering({ questions: 3, size: 10 });
  const answers = Promise.all(["a", "b", "c", "d", "longer than ten", "e"].map(ask));
  await turn();
  expect(requests.map(({ questions }) => questions)).toEqual([["a", "b", "c"], ["d"], ["longer than ten"], ["e"]]);
  for (const { answer } of requests) answer();
  expect(await answers).toEqual(["a!", "b!", "c!", "d!", "longer than ten!", "e!"]);
});

test("what is asked while four requests are under way goes together once one is answered", async () => {
  const { ask, requests } = gathering({ questions: 2, size: 10 });
  const asked = ["a", "b", "c", "d", "e", "f", "g", "h", "i"].map(ask);
  await turn();
  asked.push(ask("j"));
  await turn();
  expect(requests).toHaveLength(4);
  requests[2]?.answer();
  expect(await asked[4]).toBe("e!");
  await turn();
  expect(requests[4]?.questions).toEqual(["i", "j"]);
  for (const { answer } of requests) answer();
  expect(await Promise.all(asked)).toHaveLength(10);
});

test("the one that is refused gets the error, and the others their answers", async () => {
  const { ask, requests } = gathering({ questions: 10, size: 100 });
  const asked = Promise.allSettled(["a", "b", "c", "bad", "d"].map(ask));
  for (let answered = 0; answered < 7; ) {
    await turn();
    for (; answered < requests.length; answered += 1) requests[answered]?.answer();
  }
  const ends = (await asked).map((end) => (end.status === "fulfilled" ? end.value : String(end.reason.message)));
  expect(ends).toEqual(["a!", "b!", "c!", "POST / answered 409: bad among 1", "d!"]);
});

test.each([
  ["no answer", new Error("gone")],
  ["a failure of the server", new ApiError("POST /", 503, null)],
  ["a wrong password", new ApiError("POST /", 401, null)],
])("%s is the answer to all of a request, which is not asked again", async (_, error) => {
  const { ask, requests } = gathering({ questions: 10, size: 100 });
  const asked = Promise.allSettled(["a", "b"].map(ask));
  await turn();
  requests[0]?.fail(error);
  expect(await asked).toEqual([
    { status: "rejected", reason: error },
    { status: "rejected", reason: error },
  ]);
  expect(requests).toHaveLength(1);
});
