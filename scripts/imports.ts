import { type Program, parseSync, Visitor } from "oxc-parser";

export interface Import {
  readonly specifier: string;
  /** An import that is gone at run time: `import type`, `export type`, `import("…").Type`. */
  readonly isType: boolean;
  /** An `import()`, which loads nothing before it is called. */
  readonly isLate: boolean;
  readonly line: number;
}

/** Every import of a file, read from its syntax tree: declarations, re-exports, `import()` and `import("…").Type`. */
export function readImports(path: string, source: string): readonly Import[] {
  const { program, errors } = parseSync(path, source);
  const [error] = errors;
  if (error !== undefined) throw new Error(`cannot be parsed: ${error.message}`);
  return collect(program, source);
}

function collect(program: Program, source: string): readonly Import[] {
  const found: Import[] = [];
  const add = (from: { readonly value: unknown; readonly start: number }, isType: boolean, isLate = false) => {
    const line = source.slice(0, from.start).split("\n").length;
    found.push({ specifier: String(from.value), isType, isLate, line });
  };
  new Visitor({
    ImportDeclaration({ source: from, importKind, specifiers }) {
      const names = specifiers.filter((one) => one.type === "ImportSpecifier");
      const onlyTypeNames = names.length === specifiers.length && names.every((one) => one.importKind === "type");
      add(from, importKind === "type" || (names.length > 0 && onlyTypeNames));
    },
    ExportNamedDeclaration({ source: from, exportKind }) {
      if (from !== null) add(from, exportKind === "type");
    },
    ExportAllDeclaration({ source: from, exportKind }) {
      add(from, exportKind === "type");
    },
    ImportExpression({ source: from }) {
      if (from.type === "Literal") add(from, false, true);
    },
    TSImportType({ source: from }) {
      add(from, true);
    },
  }).visit(program);
  return found;
}
