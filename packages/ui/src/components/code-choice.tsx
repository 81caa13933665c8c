import { useState } from "react";
import { Segmented } from "./button.tsx";
import { CodeBlock } from "./empty.tsx";

/** The same thing said in several languages, one of which is shown. */
export function CodeChoice<Language extends string>(props: {
  readonly languages: readonly { readonly value: Language; readonly label: string }[];
  readonly first: Language;
  readonly codeOf: (language: Language) => string;
}) {
  const { languages, first, codeOf } = props;
  const [language, setLanguage] = useState(first);
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <Segmented label="Language" value={language} options={languages} onChange={setLanguage} />
      <CodeBlock code={codeOf(language)} />
    </div>
  );
}
