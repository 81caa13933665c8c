import { flow, serve, suspend } from "ostinato";

/** Serves a flow whose runs ask for a number, leave their process meanwhile, and go on in another one with the answer. */
const answer = { type: "object", properties: { number: { type: "integer" } }, required: ["number"] } as const;

const suspends = flow({ name: "chaos suspends" }, async function suspends() {
  const { number } = await suspend({ title: "Which number?", input: answer, timeout: "10s" });
  return number;
});

const restarts = { onCrash: "restart", maxRestarts: 100 } as const;

await serve(suspends.toDeployment({ name: "suspends", tags: ["chaos asks"], ...restarts }), { limit: 2 });
