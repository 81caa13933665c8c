/** A name of events, or the beginning that several names have in common, which ends with a dot. */
export interface TypeNode {
  /** What the filter asks for. */
  readonly type: string;
  /** What distinguishes it from its parent. */
  readonly label: string;
  readonly count: number;
  /** Whether some of its names were not counted to the end. */
  readonly isMore: boolean;
  readonly below: readonly TypeNode[];
}

interface Named {
  readonly name: string;
  readonly count: number;
}

/** The names as a tree by their dots. A beginning that only one name has is not a node of its own. */
export function typeTree(names: readonly Named[], maxCount: number): readonly TypeNode[] {
  return nodesBelow("", names, maxCount);
}

function nodesBelow(parent: string, names: readonly Named[], maxCount: number): readonly TypeNode[] {
  const groups = Map.groupBy(names, ({ name }) => beginning(name, parent.length));
  return [...groups].flatMap(([type, members]) => {
    const leaf = members.find(({ name }) => name === type);
    if (!type.endsWith(".") || leaf !== undefined) {
      return members.map(({ name, count }) =>
        node({ type: name, parent, count, isMore: count >= maxCount, below: [] }),
      );
    }
    if (members.length === 1 && members[0] !== undefined) {
      const { name, count } = members[0];
      return [node({ type: name, parent, count, isMore: count >= maxCount, below: [] })];
    }
    const shared = commonBeginning(members.map(({ name }) => name));
    const below = nodesBelow(shared, members, maxCount);
    return [
      node({
        type: shared,
        parent,
        count: below.reduce((sum, each) => sum + each.count, 0),
        isMore: below.some((each) => each.isMore),
        below,
      }),
    ];
  });
}

function node({ parent, ...given }: Omit<TypeNode, "label"> & { readonly parent: string }): TypeNode {
  const label = given.type.slice(parent.length).replace(/\.$/, "");
  return { ...given, label: label === "" ? given.type : label };
}

/** Up to the next dot, with it. */
function beginning(name: string, from: number): string {
  const dot = name.indexOf(".", from);
  return dot === -1 ? name : name.slice(0, dot + 1);
}

/** The longest beginning that ends with a dot. */
function commonBeginning(names: readonly string[]): string {
  const [first = "", ...others] = names;
  let shared = first.slice(0, first.lastIndexOf(".") + 1);
  while (!others.every((name) => name.startsWith(shared)))
    shared = shared.slice(0, shared.lastIndexOf(".", shared.length - 2) + 1);
  return shared;
}
