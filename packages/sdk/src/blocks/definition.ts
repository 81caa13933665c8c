import { UsageError } from "../errors.ts";
import type { ParameterSchema } from "../inputs/parameters.ts";
import type { AnyBlock, BlockOptions } from "./block-options.ts";

/** What a block was made of. */
export interface BlockDefinition extends BlockOptions<ParameterSchema> {
  /** Whether the server brings the type with its schema. */
  readonly isKnown: boolean;
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
