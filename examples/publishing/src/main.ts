import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { homeFolder } from "ostinato";
import { publish } from "./flow.ts";

const folder = join(homeFolder(), "examples", "publishing");
const month = "2026-03";
const north = { name: "north", sales: [120, 80, 95] };
const show = async (what: string) => console.log(what, await readdir(join(folder, month)));

const refused = await publish.state({ month, regions: [north, { name: "south", sales: [70, -5] }], folder });
await show(`${refused.name}: ${refused.message}`);
const days = await publish({ month, regions: [north, { name: "south", sales: [70, 65] }], folder });
await show(`${days} days`);
const again = await publish({ month, regions: [north], folder });
await show(`${again} days, of the run before`);
