// A user's whole program: a flow of one task with parameters checked by zod.
import { flow, task } from "ostinato";
import { z } from "zod";

const increase = task(async function increase(number) {
  return number + 1;
});
const whole = flow({ name: "whole", parameters: z.object({ number: z.number() }) }, async function whole({ number }) {
  return await increase(number);
});
await whole({ number: 1 });
