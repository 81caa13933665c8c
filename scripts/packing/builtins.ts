import { isBuiltin } from "node:module";
import { type ImportDeclaration, parseSync } from "oxc-parser";

/**
 * Makes a chunk take Node's modules from the process instead of importing them. An import reads every export of the module, and some of
 * these load much when read: those of `node:http` load all of fetch, a third of a short program's time.
 */
export function takeBuiltins(code: string, file: string): string {
  const { program } = parseSync(file, code, { lang: "js", sourceType: "module" });
  const imports = program.body.filter(
    (node): node is ImportDeclaration => node.type === "ImportDeclaration" && isBuiltin(node.source.value),
  );
  let taken = code;
  for (const node of imports.toReversed())
    taken = taken.slice(0, node.start) + statementFor(node) + taken.slice(node.end);
  return taken;
}

function statementFor({ source, specifiers }: ImportDeclaration): string {
  const module = `process.getBuiltinModule(${JSON.stringify(source.value)})`;
  if (specifiers.length === 0) return "";
  const names = specifiers.flatMap((specifier) => {
    if (specifier.type !== "ImportSpecifier") return [];
    const { imported, local } = specifier;
    const name = imported.type === "Identifier" ? imported.name : JSON.stringify(imported.value);
    return [name === local.name ? name : `${name}: ${local.name}`];
  });
  const wholes = specifiers.flatMap(({ type, local }) => (type === "ImportSpecifier" ? [] : [local.name]));
  return [
    ...wholes.map((name) => `const ${name} = ${module};`),
    ...(names.length === 0 ? [] : [`const { ${names.join(", ")} } = ${module};`]),
  ].join(" ");
}
