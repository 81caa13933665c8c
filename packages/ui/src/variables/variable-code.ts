export const variableLanguages = [
  { value: "typescript", label: "TypeScript" },
  { value: "python", label: "Python" },
  { value: "cli", label: "Command line" },
  { value: "template", label: "In a template" },
] as const;
export type VariableLanguage = (typeof variableLanguages)[number]["value"];

/** Lines that read the variable. */
export function variableCode(language: VariableLanguage, name: string): string {
  switch (language) {
    case "typescript":
      return `import { variable } from "ostinato";\n\nconst value = await variable.get(${JSON.stringify(name)});`;
    case "python":
      return `from prefect.variables import Variable\n\nvalue = Variable.get(${JSON.stringify(name)})`;
    case "cli":
      return `npx ostinato variable get ${name}`;
    case "template":
      return `{{ prefect.variables.${name} }}`;
    default:
      return language satisfies never;
  }
}
