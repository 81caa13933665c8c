import type { AutomationChoices } from "../api/types.ts";
import { TextField } from "../components/field.tsx";
import { ChoiceMenu, choicesOf } from "./choice-menu.tsx";
import type { RunScope } from "./trigger-form.ts";

/** Of which runs: by flow, deployment, work pool and tag. */
export function RunScopeFields(props: {
  readonly scope: RunScope;
  readonly choices: AutomationChoices | undefined;
  readonly onChange: (scope: RunScope) => void;
}) {
  const { scope, choices } = props;
  const part = (changed: Partial<RunScope>) => props.onChange({ ...scope, ...changed });
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
