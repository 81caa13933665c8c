import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import type { AutomationTest, NamedThing } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { NameFields } from "../components/name-fields.tsx";
import { Section } from "../components/page.tsx";
import { SaveBar } from "../components/save-bar.tsx";
import { useSettled } from "../components/settled.ts";
import { Switch } from "../components/switch.tsx";
import { ActionFields, newAction } from "./action-fields.tsx";
import { actionWords, automationSentence, type Names, namesById } from "./automation-words.ts";
import { automationChoicesQuery, testQuery } from "./automations.queries.ts";
import type { AutomationDraft } from "./draft.ts";
import { problemsOf, unchosenIn } from "./draft-problems.ts";
import { Problems } from "./fields.tsx";
import { JsonPane } from "./json-pane.tsx";
import { type TestDays, TestPanel } from "./test-panel.tsx";
import { TriggerFields } from "./trigger-fields.tsx";
import type { ActionInput } from "./trigger-form.ts";

/**
 * An automation as a sentence to fill in, with its JSON beside it, and how often it would have fired. The draft is what is sent: what the
 * form does not show stays in it as it is.
 */
export function Builder(props: {
  readonly initial: AutomationDraft;
  /** Names beyond those to choose from, such as those of things that are gone from the choices. */
  readonly names?: readonly NamedThing[];
  readonly save: string;
  readonly onSave: (draft: AutomationDraft) => Promise<unknown>;
  readonly onCancel: () => void;
}) {
  const [draft, setDraft] = useState(props.initial);
  /** Counts what was written as JSON, and actions that were taken away: fields that keep a text of their own begin anew then. */
  const [revision, setRevision] = useState(0);
  const [isReadable, setReadable] = useState(true);
  /** The actions of which the parameters can't be read, by their places. */
  const [unread, setUnread] = useState<ReadonlySet<string>>(new Set());
  const [days, setDays] = useState<TestDays>("7");
  const { data: choices } = useQuery(automationChoicesQuery);
  const settled = useSettled(draft);
  const tested = useQuery({
    ...testQuery(settled, Number(days)),
    placeholderData: keepPreviousData,
    enabled: unchosenIn(settled) === undefined,
  });
  const save = useMutation({ mutationFn: () => props.onSave(draft) });
  const change = (changed: Partial<AutomationDraft>) => {
    if (save.isError) save.reset();
    setDraft({ ...draft, ...changed });
  };
  const all = choices === undefined ? [] : Object.values(choices).flat();
  const names = namesById([...(props.names ?? []), ...all]);
  const problems = save.isError ? problemsOf(save.error) : problemsOf(tested.error);
  const shownTest = tested.isError || unchosenIn(settled) !== undefined ? undefined : tested.data;
  const isTesting = tested.isFetching || settled !== draft;
  const setActions = (actions: readonly ActionInput[]) => change({ actions });
  const noteRead = useCallback(
    (at: string, isRead: boolean) =>
      setUnread((before) => new Set(isRead ? [...before].filter((each) => each !== at) : [...before, at])),
    [],
  );
  const missing =
    unchosenIn(draft) ??
    (draft.name.trim() === ""
      ? "Give it a name to save it."
      : !isReadable
        ? "The JSON can't be read yet."
        : unread.size > 0
          ? "The parameters can't be read yet."
          : undefined);
  return (
    <form
      noValidate
      className="grid min-w-0 grid-cols-1 items-start gap-4 xl:grid-cols-[minmax(0,1fr)_minmax(320px,460px)]"
      onSubmit={(event) => {
        event.preventDefault();
        if (missing === undefined) save.mutate();
      }}
    >
      <div className="flex min-w-0 flex-col gap-3">
        <p className="text-base break-words" aria-live="polite">
          {automationSentence({ trigger: draft.trigger, actions: draft.actions } as never, names)}
        </p>
        <Section title="When">
          <div className="p-3">
            <TriggerFields
              key={revision}
              trigger={draft.trigger}
              onChange={(trigger) => change({ trigger })}
              choices={choices}
              names={names}
              problems={problems}
            />
          </div>
        </Section>
        <Section title="Then">
          <div className="flex flex-col gap-2 p-3">
            {draft.actions.map((action, index) => (
              <ActionFields
                // biome-ignore lint/suspicious/noArrayIndexKey: actions have no ids, and are done by their places
                key={`${revision} ${index}`}
                action={action}
                at={`actions.${index}`}
                label={index === 0 ? "First" : `Then (${index + 1})`}
                choices={choices}
                problems={problems}
                preview={previewOf(shownTest, index)}
                isTesting={isTesting}
                onChange={(next) => setActions(draft.actions.with(index, next))}
                onRead={noteRead}
                onRemove={() => {
                  setActions(draft.actions.toSpliced(index, 1));
                  setRevision(revision + 1);
                }}
              />
            ))}
            {draft.actions.length === 0 ? (
              <p className="text-muted">Nothing is done yet: each firing is recorded as an event.</p>
            ) : null}
            <Problems problems={problems} at="actions" except={draft.actions.map((_, index) => String(index))} />
            <Button
              icon="plus"
              className="self-start"
              onClick={() => setActions([...draft.actions, newAction("send-notification", choices)])}
            >
              Add an action
            </Button>
            <OtherActions draft={draft} names={names} />
          </div>
        </Section>
        <Section title="Name">
          <div className="flex flex-col gap-3 p-3">
            <NameFields
              value={{ name: draft.name, description: draft.description ?? "" }}
              maxLength={1024}
              onChange={change}
              problems={<Problems problems={problems} at="name" />}
            />
            <div className="flex items-center gap-2">
              <Switch label="Switched on" on={draft.enabled !== false} onChange={(enabled) => change({ enabled })} />
              <span>{draft.enabled === false ? "Off: it counts no events until it is switched on." : "On"}</span>
            </div>
          </div>
        </Section>
        <Problems problems={problems} at="" except={["trigger", "actions", "name"]} />
        <SaveBar missing={missing} save={props.save} isSaving={save.isPending} onCancel={props.onCancel} />
      </div>
      <div className="flex min-w-0 flex-col gap-3">
        <TestPanel tested={shownTest} isTesting={isTesting} days={days} onDays={setDays} />
        <Section title="JSON">
          <div className="p-3">
            <JsonPane
              draft={draft}
              onChange={(next) => {
                setReadable(next !== undefined);
                if (next === undefined) return;
                if (save.isError) save.reset();
                setDraft(next);
                setRevision(revision + 1);
              }}
            />
          </div>
        </Section>
      </div>
    </form>
  );
}

/** Actions that the form does not change. */
function OtherActions({ draft, names }: { readonly draft: AutomationDraft; readonly names: Names }) {
  const lists = [
    ["Each time that it has fired", draft.actions_on_trigger],
    ["When what it measures is in order again", draft.actions_on_resolve],
  ] as const;
  return lists.map(([when, actions]) =>
    actions === undefined || actions.length === 0 ? null : (
      <p key={when} className="text-muted">
        {when}: {actions.map((action) => actionWords(action, names)).join(", ")}. These actions are changed as JSON.
      </p>
    ),
  );
}

function previewOf(tested: AutomationTest | undefined, index: number) {
  return tested?.firings.at(-1)?.actions.find((each) => each.list === "actions" && each.index === index);
}
