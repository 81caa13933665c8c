import { isNumber } from "@ostinato/core";
import { use, useState } from "react";
import { Segmented } from "../components/button.tsx";
import { fieldClass } from "../components/field.tsx";
import { FieldState } from "./field-state.ts";
import { JsonField } from "./json-field.tsx";
import { KeptSecret } from "./kept-secret.tsx";

/** A secret that may be any value: a text, hidden while it is typed, or JSON. */
export function SecretField(props: {
  readonly id: string;
  readonly label: string;
  readonly required: boolean;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}) {
  const { id, label, required, value, onChange } = props;
  const { describedBy, invalid } = use(FieldState);
  const [kind, setKind] = useState<"text" | "json">(() => (isJsonValue(value) ? "json" : "text"));
  return (
    <KeptSecret id={id} label={label} value={value} describedBy={describedBy} onChange={onChange}>
      <span className="flex min-w-0 flex-col gap-1.5">
        <Segmented
          label={`${label} is written as`}
          value={kind}
          onChange={(next) => {
            setKind(next);
            onChange(undefined);
          }}
          options={[
            { value: "text", label: "Text" },
            { value: "json", label: "JSON" },
          ]}
        />
        {kind === "json" ? (
          <JsonField label={label} value={value} onChange={onChange} hideLabel />
        ) : (
          <input
            id={id}
            type="password"
            autoComplete="off"
            aria-describedby={describedBy}
            aria-invalid={invalid}
            required={required}
            value={typeof value === "string" ? value : ""}
            onChange={({ target }) => onChange(target.value === "" ? undefined : target.value)}
            className={fieldClass}
          />
        )}
      </span>
    </KeptSecret>
  );
}

function isJsonValue(value: unknown): boolean {
  return (typeof value === "object" && value !== null) || typeof value === "boolean" || isNumber(value);
}
