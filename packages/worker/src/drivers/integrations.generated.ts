// Made from integrations/*/src/index.ts by `npm run generate`.
/** The packages of this repository that bring drivers, by the type of work pools. */
export const packageOfDriver: Readonly<Record<string, string>> = {
  "docker": "@ostinato/docker",
};
