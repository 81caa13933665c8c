import type { ReactNode } from "react";
import { TextField } from "./field.tsx";
import { Labelled } from "./labelled.tsx";

interface Named {
  readonly name: string;
  readonly description: string;
}

/** The name and the description of what is made by a form. */
export function NameFields(props: {
  readonly value: Named;
  readonly maxLength: number;
  readonly onChange: (changed: Partial<Named>) => void;
  /** What is wrong with the name. */
  readonly problems: ReactNode;
}) {
  const { value, onChange } = props;
  return (
    <div className="grid grid-cols-1 gap-3 sm:grid-cols-2">
      <Labelled name="Name" required>
        <TextField
          value={value.name}
          aria-required
          autoComplete="off"
          maxLength={props.maxLength}
          onChange={({ target }) => onChange({ name: target.value })}
        />
      </Labelled>
      <Labelled name="Description">
        <TextField value={value.description} onChange={({ target }) => onChange({ description: target.value })} />
      </Labelled>
      {props.problems}
    </div>
  );
}
