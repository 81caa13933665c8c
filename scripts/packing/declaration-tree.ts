import {
  type DeclarationModule,
  type DeclarationStatement,
  type ImportedName,
  parseDeclarations,
} from "./declaration-module.ts";

export interface TreeOptions {
  /** The declarations in a file. */
  readonly read: (file: string) => string;
  /** The file that an import names; undefined when it is of another package. */
  readonly resolve: (from: string, specifier: string) => string | undefined;
}

export interface NeededDeclarations {
  /** What to write of each file. */
  readonly files: ReadonlyMap<string, NeededFile>;
  /** Other packages that are needed. */
  readonly specifiers: ReadonlySet<string>;
}

export interface NeededFile {
  readonly statements: readonly DeclarationStatement[];
  /** Local name → where it comes from: for our own files the one that declares it, past all that pass it on. */
  readonly imports: ReadonlyMap<string, ImportedName>;
  /** Exported name → where it comes from; of entries only. */
  readonly passedOn: ReadonlyMap<string, ImportedName>;
}

interface Draft {
  readonly statements: Set<DeclarationStatement>;
  readonly imports: Map<string, ImportedName>;
  readonly passedOn: Map<string, ImportedName>;
}

/**
 * Finds, from the entries' exports, the declarations that they need, and those that these need. The rest of a file would
 * cost whoever type-checks against the package: the contracts of the API alone are 1 MB of types.
 */
export function neededDeclarations(entries: readonly string[], options: TreeOptions): NeededDeclarations {
  const modules = new Map<string, DeclarationModule>();
  const drafts = new Map<string, Draft>();
  const specifiers = new Set<string>();

  function moduleOf(file: string): DeclarationModule {
    const known = modules.get(file);
    if (known !== undefined) return known;
    const parsed = parseDeclarations(file, options.read(file));
    modules.set(file, parsed);
    for (const statement of parsed.augmentations) need(file, statement);
    return parsed;
  }

  function draftOf(file: string): Draft {
    const draft = drafts.get(file) ?? { statements: new Set(), imports: new Map(), passedOn: new Map() };
    drafts.set(file, draft);
    return draft;
  }

  /** Marks an export as needed; gives the file and name of its declaration. */
  function needExport(file: string, name: string): ImportedName | undefined {
    const { exported, passedOn, stars } = moduleOf(file);
    const local = exported.get(name);
    if (local !== undefined) return needLocal(file, local) ?? { from: file, imported: local };
    const origin = passedOn.get(name);
    if (origin !== undefined) return needImported(file, origin);
    for (const star of stars) {
      const target = options.resolve(file, star);
      const found = target === undefined ? undefined : needExport(target, name);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Gives where the name comes from when it is not declared here. */
  function needLocal(file: string, name: string): ImportedName | undefined {
    const { declared, imported } = moduleOf(file);
    for (const statement of declared.get(name) ?? []) need(file, statement);
    const origin = declared.has(name) ? undefined : imported.get(name);
    return origin === undefined ? undefined : needImported(file, origin);
  }

  function needImported(file: string, { from, imported }: ImportedName): ImportedName {
    const target = options.resolve(file, from);
    if (target === undefined) {
      specifiers.add(from);
      return { from, imported };
    }
    if (imported !== "*") {
      const origin = needExport(target, imported);
      if (origin === undefined) throw new Error(`${file} imports ${imported}, which ${target} does not export`);
      return origin;
    }
    for (const name of exportsOf(target)) passOn(target, name);
    return { from: target, imported };
  }

  function need(file: string, statement: DeclarationStatement): void {
    const draft = draftOf(file);
    if (draft.statements.has(statement)) return;
    draft.statements.add(statement);
    for (const origin of statement.inlineImports) needImported(file, origin);
    const { declared, imported } = moduleOf(file);
    for (const word of statement.words) {
      const origin = imported.get(word);
      if (declared.has(word)) needLocal(file, word);
      else if (origin !== undefined) draft.imports.set(word, needImported(file, origin));
    }
  }

  function exportsOf(file: string): ReadonlySet<string> {
    const { exported, passedOn, stars } = moduleOf(file);
    const targets = stars.flatMap((star) => options.resolve(file, star) ?? []);
    return new Set([...exported.keys(), ...passedOn.keys(), ...targets.flatMap((target) => [...exportsOf(target)])]);
  }

  function passOn(file: string, name: string): void {
    const origin = needExport(file, name);
    const isOwn = origin?.from === file && origin.imported === name;
    if (origin !== undefined && !isOwn) draftOf(file).passedOn.set(name, origin);
  }

  for (const entry of entries) {
    draftOf(entry);
    for (const name of exportsOf(entry)) passOn(entry, name);
  }
  const files = [...drafts].map(([file, draft]) => [file, { ...draft, statements: inOrder(file, draft) }] as const);
  return { files: new Map(files), specifiers };

  function inOrder(file: string, { statements }: Draft): readonly DeclarationStatement[] {
    const { declared, augmentations } = moduleOf(file);
    return [...new Set([...augmentations, ...[...declared.values()].flat()])].filter((one) => statements.has(one));
  }
}
