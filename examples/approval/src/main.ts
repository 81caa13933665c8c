import { breadOrder } from "./flow.ts";

for (const { shop, loaves } of await breadOrder({})) console.log(`${shop}: ${loaves}`);
