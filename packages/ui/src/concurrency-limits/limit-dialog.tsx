import { ApiError } from "@ostinato/client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type InputHTMLAttributes, useId, useState } from "react";
import type { LimitRow } from "../api/types.ts";
import { Button, Segmented } from "../components/button.tsx";
import { Dialog, DialogButtons } from "../components/dialog.tsx";
import { messageOf } from "../components/failure.tsx";
import { TextField } from "../components/field.tsx";
import { RequiredMark } from "../components/labelled.tsx";
import { Switch } from "../components/switch.tsx";
import { changeLimit, createLimit, NameTaken } from "./limit-actions.ts";
import { type LimitFields, problemsOf, secondsText, slotsPerSecondOf } from "./limit-fields.ts";
import { tagPrefix } from "./limit-words.ts";

const ways = [
  { value: "global", label: "A name" },
  { value: "tag", label: "A tag of tasks" },
] as const;
type Way = (typeof ways)[number]["value"];

/** Creates a limit, or changes one. */
export function LimitDialog(props: {
  /** The limit to change; without it a new one is made. */
  readonly limit?: LimitRow;
  readonly onClose: () => void;
  /** With the name of a new limit. */
  readonly onCreated?: (name: string) => void;
}) {
  const { limit, onClose } = props;
  const [way, setWay] = useState<Way>(limit?.kind === "tag" ? "tag" : "global");
  const [fields, setFields] = useState<LimitFields>({
    name: "",
    limit: limit === undefined ? "1" : String(limit.limit),
    seconds: secondsText(limit?.slot_decay_per_second ?? 0),
  });
  const [active, setActive] = useState(limit?.active ?? true);
  const [isChecked, setChecked] = useState(false);
  const queryClient = useQueryClient();
  const name = limit?.name ?? `${way === "tag" ? tagPrefix : ""}${fields.name.trim()}`;
  const asked = { ...fields, name, seconds: way === "tag" ? "" : fields.seconds };
  const problems = problemsOf(limit === undefined ? asked : { ...asked, name: "known" });
  const save = useMutation({
    mutationFn: async () => {
      const slots = { limit: Number(asked.limit), slotsPerSecond: slotsPerSecondOf(asked) };
      if (limit === undefined) return createLimit({ name, ...slots });
      // A rate of 10 / 60 is not what its seconds say to the last digit.
      const isSame = asked.seconds === secondsText(limit.slot_decay_per_second);
      const rate = isSame ? {} : { slot_decay_per_second: slots.slotsPerSecond };
      await changeLimit(limit.id, { limit: slots.limit, active, ...rate });
    },
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ["concurrency-limits"] });
      onClose();
      if (limit === undefined) props.onCreated?.(name);
    },
  });
  const change = (changed: Partial<LimitFields>) => {
    if (save.isError) save.reset();
    setFields({ ...fields, ...changed });
  };
  const refused = refusalOf(save.error);
  return (
    <Dialog open title={limit === undefined ? "Create a limit" : `Edit ${limit.name}`} onOpenChange={onClose}>
      <form
        noValidate
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          setChecked(true);
          if (Object.keys(problems).length === 0) save.mutate();
        }}
      >
        {limit === undefined ? (
          <>
            <Segmented label="What it limits" value={way} options={ways} onChange={setWay} />
            <LimitField
              label={way === "tag" ? "Tag" : "Name"}
              required
              value={fields.name}
              onText={(text) => change({ name: text })}
              problem={refused.name ?? (isChecked || fields.name !== "" ? problems.name : undefined)}
              about={
                way === "tag"
                  ? "Each task with the tag takes a slot before it begins, in Python and in TypeScript."
                  : `Programs ask for it by this name: concurrency("${fields.name.trim() || "database"}").`
              }
            />
          </>
        ) : null}
        <LimitField
          label="Slots"
          required
          inputMode="numeric"
          value={fields.limit}
          onText={(text) => change({ limit: text })}
          problem={problems.limit}
          about={aboutSlots(limit, fields.limit)}
        />
        {way === "tag" ? null : (
          <LimitField
            label="Seconds until a slot is free by itself"
            inputMode="decimal"
            placeholder="when it is given back"
            value={fields.seconds}
            onText={(text) => change({ seconds: text })}
            problem={problems.seconds}
            about="Makes it a rate: 2 lets one begin each 2 s, after as many at once as there are slots. Leave it empty for slots that are held until they are given back."
          />
        )}
        {limit === undefined ? null : (
          <div className="flex items-center gap-2">
            <Switch label="Active" on={active} onChange={setActive} />
            <span>{active ? "Active" : "Not active: it limits nothing until it is switched on."}</span>
          </div>
        )}
        {refused.other === undefined ? null : (
          <p role="alert" className="break-words text-danger">
            {refused.other}
          </p>
        )}
        <DialogButtons onKeep={onClose}>
          <Button type="submit" look="primary" disabled={save.isPending}>
            {limit === undefined ? "Create" : "Save"}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  );
}

/** A refusal of the name stands beside the name, any other below the fields. */
function refusalOf(error: Error | null): { readonly name?: string; readonly other?: string } {
  if (error === null) return {};
  const isOfName = error instanceof NameTaken || (error instanceof ApiError && error.status === 409);
  return isOfName ? { name: messageOf(error) } : { other: messageOf(error) };
}

function aboutSlots(limit: LimitRow | undefined, text: string): string {
  if (text.trim() === "0") return "With 0 slots nobody goes on until there are more.";
  if (limit !== undefined && limit.active_slots > Number(text))
    return "Those who hold more slots than that keep them until they give them back.";
  return "How many may hold one at the same time.";
}

function LimitField(
  props: InputHTMLAttributes<HTMLInputElement> & {
    readonly label: string;
    readonly onText: (text: string) => void;
    readonly problem: string | undefined;
    readonly about: string;
  },
) {
  const { label, onText, problem, about, required, ...rest } = props;
  const id = useId();
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="w-fit text-muted">
        {label}
        {required === true ? <RequiredMark /> : null}
      </label>
      <TextField
        id={id}
        autoComplete="off"
        required={required}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-about`}
        onChange={(event) => onText(event.target.value)}
        {...rest}
      />
      <p id={`${id}-about`} className={`text-xs break-words ${problem === undefined ? "text-muted" : "text-danger"}`}>
        {problem ?? about}
      </p>
    </div>
  );
}
