/** What fills an empty server: the same lines wherever somebody looks for runs first. */
export const firstRun = `import { flow, task } from "ostinato";

const hello = task("hello", async (name: string) => {
  return \`Hello, \${name}\`;
});
flow("greet", async () => hello("world"))();`;
