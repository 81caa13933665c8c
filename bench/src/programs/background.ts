import { task, worker } from "ostinato";

/**
 * A task that does nothing. With `work` it works on its delayed runs until it is told to stop; with a number it delays so many, and prints one
 * JSON line: the seconds from the first `delay()` until it knows the results of all.
 */
export const nothing = task({ name: "nothing", key: "bench background" }, (index: number) => index);

const [mode = "1000"] = process.argv.slice(2);

async function delayAll(count: number): Promise<number> {
  const begun = performance.now();
  const indexes = Array.from({ length: count }, (_, index) => index);
  await Promise.all(indexes.map(async (index) => (await nothing.delay(index)).result()));
  return (performance.now() - begun) / 1000;
}

if (mode === "work") await worker([nothing], { limit: 10 });
else {
  await delayAll(20);
  console.log(JSON.stringify({ id: "", seconds: await delayAll(Number(mode)) }));
}
