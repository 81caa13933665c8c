import type { ParameterSchema, ParametersIn, ParametersOut } from "../inputs/parameters.ts";
import type { Secret } from "../secrets/secret.ts";

export interface BlockOptions<S extends ParameterSchema> {
  /** Names the type, also for Python: lower-case letters, digits and dashes. */
  readonly type: string;
  /** The values of a block. Mark secrets by `secret(z.string())`, or name them in `secrets`. */
  readonly schema: S;
  /** The name of the type on the pages; made of `type` unless given. */
  readonly name?: string;
  readonly description?: string;
  /** Paths of secrets that the schema does not mark: `["password", "headers.*"]`. */
  readonly secrets?: readonly string[];
  /** Fields that are blocks themselves, of one type or of one of several. Their values have the schema of that block. */
  readonly nested?: Readonly<Record<string, AnyBlock | readonly AnyBlock[]>>;
}

/** Of a type that other packages register too, such as one of Prefect's. */
export interface SharedBlockOptions<S extends ParameterSchema> extends BlockOptions<S> {
  /** What blocks of the type can do, in Prefect's words: `["read-path", "write-path"]`. */
  readonly capabilities?: readonly string[];
  /** The form in which given values are kept, where programs may give them in others too. Secrets are bare in them. */
  readonly kept?: (values: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
}

export interface SaveBlockOptions {
  /** Whether a block with this name is replaced; false unless given. */
  readonly overwrite?: boolean;
}

/** A block of another type in the place of its values: `Inner.named("main")`. */
export interface NamedBlock {
  readonly type: string;
  readonly name: string;
}

/** Values to save: a field may be a secret, or a block by its name. */
export type BlockValues<V> = V extends readonly unknown[]
  ? V
  : V extends object
    ? { readonly [K in keyof V]: BlockValues<V[K]> | NamedBlock | Secret<V[K]> }
    : V | Secret<V>;

/** A kind of kept configuration with its secrets. The server keeps blocks of the type by name. */
export interface Block<S extends ParameterSchema, Connected> {
  readonly type: string;
  /** Registers the type where the server does not know it, checks the values, and keeps them. Rejects where the name is taken. */
  save(name: string, values: BlockValues<ParametersIn<S>>, options?: SaveBlockOptions): Promise<void>;
  /** What the block's function makes of the values; the values where it has none. */
  load(name: string): Promise<Connected>;
  /** What `load` gives where the block has these values. No server is asked. */
  connect(values: ParametersOut<S>): Promise<Connected>;
  /** The values, with their secrets, which the program redacts from then on in all that it writes down. */
  read(name: string): Promise<ParametersOut<S>>;
  /** Rejects where there is none. */
  delete(name: string): Promise<void>;
  /** The block with this name, for a field of another one. */
  named(name: string): NamedBlock;
}

/** A block of any values. */
export type AnyBlock = Pick<Block<ParameterSchema, unknown>, "type" | "named">;

/** What people are told. */
export interface Notification {
  /** One line. */
  readonly subject?: string;
  /** Markdown, which services that know none of it show as it is. */
  readonly body: string;
}
