import type { RunForm } from "@ostinato/protocol";
import { useState } from "react";
import { Button } from "../components/button.tsx";
import { onDemand } from "../components/on-demand.tsx";
import type { FormValue } from "../forms/form-data.ts";

const ScheduleDialog = onDemand(() =>
  import("../schedule-editor/schedule-dialog.tsx").then((module) => module.ScheduleDialog),
);

/** Starts runs with these parameters again and again, by a schedule. */
export function AddSchedule(props: {
  readonly form: RunForm;
  readonly parameters: FormValue;
  readonly disabled: boolean;
}) {
  const { form, parameters, disabled } = props;
  const [step, setStep] = useState<"closed" | "open" | "saved">("closed");
  return (
    <>
      {step === "saved" ? (
        <p role="status" className="text-muted">
          The schedule has been added.
        </p>
      ) : null}
      <Button icon="clock" disabled={disabled} onClick={() => setStep("open")}>
        Run on a schedule…
      </Button>
      {step === "open" ? (
        <ScheduleDialog
          deployment={{ ...form.deployment, parameter_openapi_schema: form.parameter_schema }}
          parameters={parameters}
          onSaved={async () => setStep("saved")}
          onClose={() => setStep((now) => (now === "saved" ? now : "closed"))}
        />
      ) : null}
    </>
  );
}
