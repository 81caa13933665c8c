import { artifact, currentRun, flow, log, task } from "ostinato";
import { z } from "zod";
import { factAddresses, readFact } from "./addresses.ts";
import { startFactServer } from "./fact-server.ts";

const fetchFact = task(
  { name: "fetch fact", retries: 8, retryDelay: "100ms", retryJitter: 0.5, timeout: "10s" },
  async function fetchFact(address: string) {
    const response = await fetch(address, { signal: currentRun().signal });
    if (!response.ok) throw new Error(`${address} answered ${response.status}`);
    return readFact(await response.json());
  },
);

const addresses = z.object({ addresses: z.array(z.url()).readonly() });

const catFacts = flow({ name: "cat-facts", parameters: addresses }, async function catFacts({ addresses }) {
  return await fetchFact.map(addresses, { concurrency: 3 });
});

const dogFacts = flow({ name: "dog-facts", parameters: addresses }, async function dogFacts({ addresses }) {
  return await fetchFact.map(addresses, { concurrency: 3 });
});

export const animalFacts = flow(
  {
    name: "animal-facts",
    description: "Asks two unreliable servers for facts, side by side, until they answer.",
    parameters: z.object({
      count: z.coerce.number().int().min(1).max(20).default(5).describe("facts of each kind"),
      public: z.boolean().default(false).describe("ask public servers instead of the one that the flow starts"),
      failureRate: z.coerce.number().min(0).max(1).default(0.4).describe("how often the flow's own server fails"),
      seed: z.coerce.number().int().default(5).describe("the same seed, the same failures"),
    }),
  },
  async function animalFacts({ count, public: usePublic, failureRate, seed }) {
    await using server = usePublic ? undefined : await startFactServer({ failureRate, seed });
    const [cats, dogs] = await Promise.all([
      catFacts({ addresses: factAddresses("cats", count, server?.url) }),
      dogFacts({ addresses: factAddresses("dogs", count, server?.url) }),
    ]);
    log.info("facts collected", { cats: cats.length, dogs: dogs.length });
    await artifact.markdown({ key: "animal-facts", markdown: factSheet(cats, dogs) });
    return { cats, dogs };
  },
);

function factSheet(cats: readonly string[], dogs: readonly string[]): string {
  const list = (facts: readonly string[]) => facts.map((fact) => `- ${fact}`).join("\n");
  return `# Cats\n\n${list(cats)}\n\n# Dogs\n\n${list(dogs)}`;
}
