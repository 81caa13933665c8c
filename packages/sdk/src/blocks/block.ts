import { UsageError } from "../errors.ts";
import type { ParameterSchema, ParametersOut } from "../inputs/parameters.ts";
import { anything, aString, checkOptions, type Rules, strings } from "../run/option-checks.ts";
import { session } from "../session/session.ts";
import type { Block, BlockOptions, NamedBlock, SharedBlockOptions } from "./block-options.ts";
import { type BlockDefinition, definitionOf, remember } from "./definition.ts";

const rules: Rules = {
  type: aString,
  schema: anything,
  name: aString,
  description: aString,
  secrets: strings,
  nested: anything,
};

/**
 * Defines a type of blocks: configuration with secrets that the server keeps by name, and what the program makes of it.
 * `block({ type: "warehouse", schema: z.object({ url: secret(z.string()) }) }, ({ url }) => connect(url))` is saved by
 * `Warehouse.save("main", { url })`; `Warehouse.load("main")` gives what the function made of the values.
 */
export function block<S extends ParameterSchema>(options: BlockOptions<S>): Block<S, ParametersOut<S>>;
export function block<S extends ParameterSchema, Connected>(
  options: BlockOptions<S>,
  connect: (values: ParametersOut<S>) => Connected | Promise<Connected>,
): Block<S, Connected>;
export function block(
  options: BlockOptions<ParameterSchema>,
  connect: (values: unknown) => unknown = (values) => values,
): Block<ParameterSchema, unknown> {
  checkOptions("block()", options, rules);
  checkType(options.type);
  return defined({ ...options, isShared: false }, connect);
}

/**
 * The same for a type that the server brings, or that other packages register too: blocks are kept by the schema that the server has of the type,
 * so that those who registered it read them, and by this one where it has none. `options` are trusted: packages and not programs write them.
 */
export function sharedBlock<S extends ParameterSchema>(options: SharedBlockOptions<S>): Block<S, ParametersOut<S>>;
export function sharedBlock<S extends ParameterSchema, Connected>(
  options: SharedBlockOptions<S>,
  connect: (values: ParametersOut<S>) => Connected | Promise<Connected>,
): Block<S, Connected>;
export function sharedBlock(
  options: SharedBlockOptions<ParameterSchema>,
  connect: (values: unknown) => unknown = (values) => values,
): Block<ParameterSchema, unknown> {
  return defined({ ...options, isShared: true }, connect);
}

/** The same type of blocks, of which `load` gives what is made of what it gave. */
export function connected<S extends ParameterSchema, Values, Connected>(
  block: Block<S, Values>,
  connect: (values: Values) => Connected | Promise<Connected>,
): Block<S, Connected> {
  const made: Block<S, Connected> = {
    ...block,
    load: async (name) => await connect(await block.load(name)),
    connect: async (values) => await connect(await block.connect(values)),
  };
  remember(made, definitionOf(block));
  return made;
}

function defined(definition: BlockDefinition, connect: (values: unknown) => unknown): Block<ParameterSchema, unknown> {
  const { type } = definition;
  const keeping = () => Promise.all([import("./keeping.ts"), session()]);
  const read = async (name: string) => {
    const [{ readBlock }, opened] = await keeping();
    return await readBlock(opened, definition, name);
  };
  const made = {
    type,
    async save(name, values, { overwrite = false } = {}) {
      const [{ saveBlock }, opened] = await keeping();
      await saveBlock(opened, definition, { name, values, overwrite });
    },
    async load(name) {
      return await connect(await read(name));
    },
    async connect(values) {
      return await connect(values);
    },
    read,
    async delete(name) {
      const [{ deleteBlock }, opened] = await keeping();
      await deleteBlock(opened, definition, name);
    },
    named: (name): NamedBlock => ({ type, name }),
  } satisfies Block<ParameterSchema, unknown>;
  remember(made, definition);
  return made;
}

function checkType(type: string): void {
  if (/^[a-z0-9-]+$/.test(type)) return;
  throw new UsageError(
    `block() has the type ${JSON.stringify(type)}: write it with lower-case letters, digits and dashes, such as "warehouse".`,
  );
}
