export type UnaryOperator = "-" | "+" | "not";
export type BinaryOperator = "+" | "-" | "*" | "/" | "//" | "%" | "**";
export type Comparison = "==" | "!=" | ">" | ">=" | "<" | "<=" | "in" | "not in";

export interface Call {
  readonly positional: readonly Expression[];
  readonly named: readonly (readonly [name: string, value: Expression])[];
  /** `*items` and `**fields`. */
  readonly spread?: Expression | undefined;
  readonly spreadNamed?: Expression | undefined;
}

export type Literal = null | boolean | bigint | number | string;

export type Expression =
  | { readonly kind: "literal"; readonly value: Literal }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "list" | "tuple"; readonly items: readonly Expression[] }
  | { readonly kind: "dict"; readonly entries: readonly (readonly [Expression, Expression])[] }
  | { readonly kind: "unary"; readonly operator: UnaryOperator; readonly of: Expression }
  | {
      readonly kind: "binary";
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: "and" | "or"; readonly left: Expression; readonly right: Expression }
  | { readonly kind: "concat"; readonly parts: readonly Expression[] }
  | {
      readonly kind: "compare";
      readonly first: Expression;
      readonly others: readonly (readonly [Comparison, Expression])[];
    }
  | {
      readonly kind: "choice";
      readonly condition: Expression;
      readonly value: Expression;
      readonly otherwise?: Expression | undefined;
    }
  | { readonly kind: "attribute"; readonly of: Expression; readonly name: string }
  | { readonly kind: "item"; readonly of: Expression; readonly key: Expression }
  | {
      readonly kind: "slice";
      readonly of: Expression;
      readonly bounds: readonly (Expression | undefined)[];
    }
  | { readonly kind: "call"; readonly callee: Expression; readonly call: Call }
  | { readonly kind: "filter"; readonly of: Expression; readonly name: string; readonly call: Call }
  | {
      readonly kind: "test";
      readonly of: Expression;
      readonly name: string;
      readonly call: Call;
      readonly isNegated: boolean;
    };

/** What a value is bound to: a name, a field of a namespace, or several of them. */
export type Target =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "field"; readonly namespace: string; readonly field: string }
  | { readonly kind: "several"; readonly targets: readonly Target[] };

export interface Parameters {
  readonly names: readonly string[];
  /** Of the last of the names. */
  readonly defaults: readonly Expression[];
}

export type Block = readonly Statement[];

export interface ForLoop {
  readonly kind: "for";
  readonly line: number;
  readonly target: Target;
  readonly over: Expression;
  readonly condition?: Expression | undefined;
  readonly isRecursive: boolean;
  readonly body: Block;
  readonly otherwise: Block;
}

/** A call of a filter that stands around a block, with its own calls chained. */
export type FilterCall = readonly (readonly [name: string, call: Call])[];

export type Statement = { readonly line: number } & (
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "output"; readonly value: Expression }
  | { readonly kind: "if"; readonly branches: readonly (readonly [Expression, Block])[]; readonly otherwise: Block }
  | ForLoop
  | { readonly kind: "set"; readonly target: Target; readonly value: Expression }
  | { readonly kind: "set block"; readonly target: Target; readonly filters: FilterCall; readonly body: Block }
  | { readonly kind: "with"; readonly bindings: readonly (readonly [Target, Expression])[]; readonly body: Block }
  | { readonly kind: "macro"; readonly name: string; readonly parameters: Parameters; readonly body: Block }
  | {
      readonly kind: "call block";
      readonly parameters: Parameters;
      readonly callee: Expression;
      readonly call: Call;
      readonly body: Block;
    }
  | { readonly kind: "filter block"; readonly filters: FilterCall; readonly body: Block }
  | { readonly kind: "block"; readonly body: Block }
);
