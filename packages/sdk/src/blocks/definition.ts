import { UsageError } from "../errors.ts";
import type { ParameterSchema } from "../inputs/parameters.ts";
import type { AnyBlock, SharedBlockOptions } from "./block-options.ts";

/** What a block was made of. */
export interface BlockDefinition extends SharedBlockOptions<ParameterSchema> {
  /** Whether the schema that the server has of the type goes before this one: the server brings it, or others register it too. */
  readonly isShared: boolean;
}

/** Kept for those that nest the block. */
const definitions = new WeakMap<object, BlockDefinition>();

export function remember(block: AnyBlock, definition: BlockDefinition): void {
  definitions.set(block, definition);
}

/** The options of a block that was made by `block()`. */
export function definitionOf(block: AnyBlock): BlockDefinition {
  const found = definitions.get(block);
  if (found === undefined) throw new UsageError("block() nests something that is not a block: make it by block() too.");
  return found;
}
