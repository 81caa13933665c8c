import { z } from "zod";
import type { Animal } from "./facts.ts";

/** The addresses of `count` facts: on the given server, or on a public one. */
export function factAddresses(animal: Animal, count: number, server?: string): readonly string[] {
  return Array.from({ length: count }, (_, index) =>
    server === undefined ? publicAddresses[animal] : `${server}/${animal}/${index}`,
  );
}

/** Extracts the fact from an answer of any of the servers. */
export function readFact(answer: unknown): string {
  const parsed = answerSchema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new Error(`There is no fact in this answer: ${JSON.stringify(answer).slice(0, 200)}`);
}

/** Each answers with a random fact. */
const publicAddresses: Readonly<Record<Animal, string>> = {
  cats: "https://catfact.ninja/fact",
  dogs: "https://dogapi.dog/api/v2/facts?limit=1",
};

const answerSchema = z.union([
  z.object({ fact: z.string().min(1) }).transform(({ fact }) => fact),
  z
    .object({ data: z.tuple([z.object({ attributes: z.object({ body: z.string().min(1) }) })]) })
    .transform(({ data: [first] }) => first.attributes.body),
]);
