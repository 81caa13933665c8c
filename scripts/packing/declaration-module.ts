import { type Program, parseSync, Visitor } from "oxc-parser";

/** A name that comes from another module: `imported` is "*" for all of it. */
export interface ImportedName {
  readonly from: string;
  readonly imported: string;
}

export interface DeclarationStatement {
  readonly text: string;
  /** Every word in it that could be the name of a declaration or an import of the module. */
  readonly words: ReadonlySet<string>;
  /** `import("…").Name` in it. */
  readonly inlineImports: readonly ImportedName[];
}

/** A declaration file, taken apart so that only what is needed of it can be written. */
export interface DeclarationModule {
  /** Local name → its declarations: an overloaded function has several, a constant and a type may share a name. */
  readonly declared: ReadonlyMap<string, readonly DeclarationStatement[]>;
  /** What adds to other modules or to the global scope, and so is always needed. */
  readonly augmentations: readonly DeclarationStatement[];
  /** Local name → where it comes from. */
  readonly imported: ReadonlyMap<string, ImportedName>;
  /** Exported name → local name. */
  readonly exported: ReadonlyMap<string, string>;
  /** Exported name → where it comes from. */
  readonly passedOn: ReadonlyMap<string, ImportedName>;
  /** `export * from` */
  readonly stars: readonly string[];
}

export function parseDeclarations(file: string, text: string): DeclarationModule {
  const { program } = parseSync(file, text);
  const declared = new Map<string, DeclarationStatement[]>();
  const augmentations: DeclarationStatement[] = [];
  const imported = new Map<string, ImportedName>();
  const exported = new Map<string, string>();
  const passedOn = new Map<string, ImportedName>();
  const stars: string[] = [];
  let previousEnd = 0;

  for (const node of program.body) {
    const source = text.slice(previousEnd, node.end).trimStart();
    if (node.type === "ImportDeclaration") {
      for (const specifier of node.specifiers) {
        const name = specifier.type === "ImportSpecifier" ? nameOf(specifier.imported) : defaultOrAll(specifier.type);
        imported.set(specifier.local.name, { from: node.source.value, imported: name });
      }
    } else if (node.type === "ExportAllDeclaration") {
      if (node.exported === null) stars.push(node.source.value);
      else passedOn.set(nameOf(node.exported), { from: node.source.value, imported: "*" });
    } else if (node.type === "ExportNamedDeclaration" && node.declaration === null) {
      for (const { local, exported: outer } of node.specifiers) {
        if (node.source === null) exported.set(nameOf(outer), nameOf(local));
        else passedOn.set(nameOf(outer), { from: node.source.value, imported: nameOf(local) });
      }
    } else {
      const isExported = node.type === "ExportNamedDeclaration";
      const names = declaredNames(isExported && node.declaration !== null ? node.declaration : node);
      const statement = statementOf(file, source);
      if (names.length === 0) augmentations.push(statement);
      for (const name of names) {
        declared.set(name, [...(declared.get(name) ?? []), statement]);
        if (isExported) exported.set(name, name);
      }
    }
    previousEnd = node.end;
  }
  return { declared, augmentations, imported, exported, passedOn, stars };
}

function statementOf(file: string, text: string): DeclarationStatement {
  const inlineImports: ImportedName[] = [];
  new Visitor({
    TSImportType({ source, qualifier }) {
      const imported = qualifier?.type === "Identifier" ? qualifier.name : "*";
      inlineImports.push({ from: String(source.value), imported });
    },
  }).visit(parseSync(file, text).program);
  return { text, words: new Set(withoutComments(text).match(/[A-Za-z_$][\w$]*/g)), inlineImports };
}

function declaredNames(node: Program["body"][number]): readonly string[] {
  switch (node.type) {
    case "VariableDeclaration":
      return node.declarations.flatMap(({ id }) => (id.type === "Identifier" ? id.name : []));
    case "FunctionDeclaration":
    case "TSDeclareFunction":
    case "ClassDeclaration":
      return node.id === null ? [] : [node.id.name];
    case "TSInterfaceDeclaration":
    case "TSTypeAliasDeclaration":
    case "TSEnumDeclaration":
      return [node.id.name];
    default:
      return [];
  }
}

function nameOf(name: { readonly type: string; readonly name?: string; readonly value?: unknown }): string {
  return name.name ?? String(name.value);
}

function defaultOrAll(type: string): string {
  return type === "ImportDefaultSpecifier" ? "default" : "*";
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
}
