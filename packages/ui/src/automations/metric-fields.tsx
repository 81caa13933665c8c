import type { AutomationChoices } from "../api/types.ts";
import { Select } from "../components/field.tsx";
import { comparisons, figures, type Names } from "./automation-words.ts";
import { DurationField, NumberField, Phrase } from "./fields.tsx";
import { type MetricForm, metricNames, metricOperators } from "./metric-form.ts";
import { RunScopeFields } from "./run-scope-fields.tsx";

const nameOptions = metricNames.map((value) => ({ value, label: figures[value] }));
const operatorOptions = metricOperators.map((value) => ({ value, label: comparisons[value] }));
const usualPercent = 90;

/** A trigger by a figure of runs as a sentence to fill in. */
export function MetricFields(props: {
  readonly form: MetricForm;
  readonly onChange: (changed: Partial<MetricForm>) => void;
  readonly choices: AutomationChoices | undefined;
  readonly names: Names;
}) {
  const { form, onChange, choices, names } = props;
  const { name, operator, threshold, range, firingFor } = form;
  return (
    <div className="flex flex-wrap items-center gap-1.5">
      <span>When</span>
      <Select
        label="Which figure"
        value={name}
        options={nameOptions}
        onChange={(next) => onChange({ name: next, ...usual(name, next) })}
      />
      <RunScopeFields runs={form} choices={choices} names={names} onChange={onChange} />
      <Phrase>
        <span>is</span>
        <Select
          label="Compared with the threshold"
          value={operator}
          options={operatorOptions}
          onChange={(next) => onChange({ operator: next })}
        />
        {name === "successes" ? (
          <>
            <NumberField
              label="Threshold"
              min={0}
              value={threshold}
              onChange={(value) => onChange({ threshold: value })}
            />
            <span>{threshold > 1 ? "%" : "(1 is all)"}</span>
          </>
        ) : (
          <DurationField
            key={name}
            label="Threshold"
            seconds={threshold}
            onChange={(value) => onChange({ threshold: value })}
          />
        )}
      </Phrase>
      <Phrase>
        <span>over the last</span>
        <DurationField label="Over which time" seconds={range} onChange={(value) => onChange({ range: value })} />
      </Phrase>
      <Phrase>
        <span>for</span>
        <DurationField label="For how long" seconds={firingFor} onChange={(value) => onChange({ firingFor: value })} />
      </Phrase>
    </div>
  );
}

/** Another unit needs another threshold: too few successes, or times that are too long. */
function usual(from: MetricForm["name"], to: MetricForm["name"]): Partial<MetricForm> {
  if ((from === "successes") === (to === "successes")) return {};
  return to === "successes" ? { operator: "<", threshold: usualPercent } : { operator: ">", threshold: 3600 };
}
