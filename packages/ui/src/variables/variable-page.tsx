import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useLive } from "../api/live.ts";
import { useRested } from "../api/rested.ts";
import type { LiveChange, VariablePage as PageData } from "../api/types.ts";
import { Button, IconButton } from "../components/button.tsx";
import { CodeChoice } from "../components/code-choice.tsx";
import { CopyButton, copyText } from "../components/copy.tsx";
import { Failure } from "../components/failure.tsx";
import { HeaderFact, HeaderFacts } from "../components/header-facts.tsx";
import { JsonView } from "../components/json-view.tsx";
import { Menu, MenuItem, MenuSeparator } from "../components/menu.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { Page, Section } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { Tags } from "../components/tag.tsx";
import { RelativeTime } from "../components/time.tsx";
import { UsedBy } from "../uses/used-by.tsx";
import { variableCode, variableLanguages } from "./variable-code.ts";
import { valueInWords } from "./variable-draft.ts";
import { variableQuery } from "./variables.queries.ts";

const VariableDialog = onDemand(() => import("./variable-dialog.tsx").then((module) => module.VariableDialog));
const DeleteVariableDialog = onDemand(() =>
  import("./delete-variable-dialog.tsx").then((module) => module.DeleteVariableDialog),
);

const route = getRouteApi("/variables/$name");

export function VariablePage() {
  const { name } = route.useParams();
  const query = useQuery(variableQuery(name));
  const queryClient = useQueryClient();
  const again = () => queryClient.invalidateQueries({ queryKey: variableQuery(name).queryKey });
  const soon = useRested(again);
  const navigate = useNavigate();
  const id = query.data?.variable.id;
  const follow = (change: LiveChange) => {
    if (id === undefined || (change.kind === "deleted" ? change.id : change.row.id) !== id) return;
    // It goes on under another name.
    if (change.kind === "variable" && change.row.name !== name)
      void navigate({ to: "/variables/$name", params: { name: change.row.name }, replace: true });
    else soon();
  };
  useLive({ kind: "variables" }, { onChanges: (changes) => changes.forEach(follow), onResync: () => void again() });
  return (
    <Page title={name} ownHeading>
      {query.data === undefined ? null : <Content page={query.data} />}
      {query.isError ? (
        <Failure error={query.error} what={`The variable ${name}`} onRetry={() => void query.refetch()} />
      ) : null}
      {query.isPending ? <Skeleton rows={8} /> : null}
    </Page>
  );
}

function Content({ page }: { readonly page: PageData }) {
  const { variable, uses } = page;
  return (
    <>
      <Header page={page} />
      <Section title="Value">
        <div className="p-3">
          <JsonView value={variable.value} label="Copy the value as JSON" />
        </div>
      </Section>
      <Section title="Used by">
        <div className="p-3">
          <UsedBy
            uses={uses}
            unused="No deployment and no work pool has it filled in. Programs that read it by name are not listed."
          />
        </div>
      </Section>
      <Section title="Read it">
        <div className="p-3">
          <CodeChoice
            languages={variableLanguages}
            first="typescript"
            codeOf={(language) => variableCode(language, variable.name)}
          />
        </div>
      </Section>
    </>
  );
}

function Header({ page }: { readonly page: PageData }) {
  const { variable } = page;
  const [asking, setAsking] = useState<"edit" | "delete">();
  const navigate = useNavigate();
  const close = () => setAsking(undefined);
  const open = async (name: string) => {
    if (name !== variable.name) await navigate({ to: "/variables/$name", params: { name }, replace: true });
  };
  return (
    <header className="flex min-w-0 flex-col gap-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h1 className="min-w-0 font-mono text-lg font-semibold break-all">{variable.name}</h1>
        <CopyButton text={variable.name} label="Copy the name" className="mr-auto -ml-2" />
        <div className="flex items-center gap-1.5">
          <Button icon="edit" onClick={() => setAsking("edit")}>
            Edit
          </Button>
          <Menu align="end" trigger={<IconButton icon="more" look="plain" label="More" />}>
            <MenuItem icon="copy" onSelect={() => void copyText(variable.id)}>
              Copy the id
            </MenuItem>
            <MenuSeparator />
            <MenuItem icon="trash" danger onSelect={() => setAsking("delete")}>
              Delete…
            </MenuItem>
          </Menu>
        </div>
      </div>
      <HeaderFacts>
        <HeaderFact name="Value">{valueInWords(variable.value)}</HeaderFact>
        <HeaderFact name="Changed">
          <RelativeTime time={variable.updated} />
        </HeaderFact>
        <HeaderFact name="Created">
          <RelativeTime time={variable.created} />
        </HeaderFact>
        {variable.tags.length === 0 ? null : (
          <HeaderFact name="Tags">
            <Tags tags={variable.tags} most={20} wrap />
          </HeaderFact>
        )}
      </HeaderFacts>
      {asking === "edit" ? <VariableDialog variable={variable} onClose={close} onSaved={open} /> : null}
      {asking === "delete" ? (
        <DeleteVariableDialog variable={variable} onClose={close} onDeleted={() => navigate({ to: "/variables" })} />
      ) : null}
    </header>
  );
}
