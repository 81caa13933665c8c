import { useState } from "react";
import type { DeploymentPage } from "../api/types.ts";
import { apiBase } from "../base-path.ts";
import { Segmented } from "../components/button.tsx";
import { CodeBlock } from "../components/empty.tsx";
import { type Language, languages, snippet } from "./call-snippets.ts";

/** How programs and people at a terminal start a run. */
export function CallTab({ page }: { readonly page: DeploymentPage }) {
  const { deployment, flow } = page;
  const [language, setLanguage] = useState<Language>("typescript");
  const name = `${flow.name}/${deployment.name}`;
  const code = snippet(language, { name, id: deployment.id, parameters: deployment.parameters, apiBase });
  return (
    <div className="flex max-w-3xl flex-col gap-3">
      <p className="text-muted">
        These lines start a run. The parameters that they give are added to the deployment's own.
      </p>
      <Segmented label="Language" value={language} options={languages} onChange={setLanguage} />
      <CodeBlock code={code} />
    </div>
  );
}
