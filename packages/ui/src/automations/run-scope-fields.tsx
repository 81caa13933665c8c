import type { AutomationChoices } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { TextField } from "../components/field.tsx";
import { type Names, relatedWords } from "./automation-words.ts";
import { ChoiceMenu, choicesOf } from "./choice-menu.tsx";
import { noScope, type RunScope, type RunsForm } from "./trigger-form.ts";

/** Of which runs: by flow, deployment, work pool and tag. What programs say otherwise, such as by name, is said in words until others are chosen. */
export function RunScopeFields(props: {
  readonly runs: RunsForm;
  readonly choices: AutomationChoices | undefined;
  readonly names: Names;
  readonly onChange: (runs: RunsForm) => void;
}) {
  const { runs, choices, names } = props;
  const { scope, related } = runs;
  if (related !== undefined)
    return (
      <>
        <span>{relatedWords(related, names)}</span>
        <Button onClick={() => props.onChange({ scope: noScope, related: undefined })}>Choose others</Button>
      </>
    );
  const part = (changed: Partial<RunScope>) => props.onChange({ scope: { ...scope, ...changed } });
  return (
    <>
      <span>of</span>
      <ChoiceMenu
        icon="flows"
        label="Flows"
        none="any flow"
        choices={choicesOf(choices?.flows)}
        chosen={scope.flows}
        onChange={(flows) => part({ flows })}
      />
      <ChoiceMenu
        icon="deployments"
        label="Deployments"
        none="any deployment"
        choices={choicesOf(choices?.deployments)}
        chosen={scope.deployments}
        onChange={(deployments) => part({ deployments })}
      />
      <ChoiceMenu
        icon="pool"
        label="Work pools"
        none="any work pool"
        choices={choicesOf(choices?.work_pools)}
        chosen={scope.pools}
        onChange={(pools) => part({ pools })}
      />
      <TextField
        aria-label="Tags"
        placeholder="any tag"
        value={scope.tags.join(", ")}
        onChange={({ target }) => part({ tags: listIn(target.value) })}
        className="w-24"
      />
    </>
  );
}

/** Names that are written with commas between them. */
export function listIn(text: string): readonly string[] {
  return text === "" ? [] : text.split(/,\s*/);
}
