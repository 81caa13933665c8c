import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { WorkPoolPage } from "../api/types.ts";
import { Button } from "../components/button.tsx";
import { messageOf } from "../components/failure.tsx";
import { TemplateForm, type WrittenTemplate } from "./template-form.tsx";
import { changePool } from "./work-pool-actions.ts";
import { workPoolQuery } from "./work-pools.queries.ts";

/** The job template of a pool: what its workers start, and what deployments and runs may change in it. */
export function TemplateTab({ page }: { readonly page: WorkPoolPage }) {
  const { name, base_job_template: template } = page.pool;
  const [written, setWritten] = useState<WrittenTemplate>();
  const [edition, setEdition] = useState(0);
  const queryClient = useQueryClient();
  const save = useMutation({
    mutationFn: (base_job_template: WrittenTemplate["template"]) =>
      changePool(name, { base_job_template: { ...base_job_template } }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: workPoolQuery(name).queryKey });
      setWritten(undefined);
    },
  });
  const isChanged = written !== undefined && JSON.stringify(written.template) !== JSON.stringify(template);
  const reset = () => {
    save.reset();
    setWritten(undefined);
    setEdition(edition + 1);
  };
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <p className="mr-auto text-muted">
          Each run is started with these values, unless its deployment or the run itself gives others.
        </p>
        {written === undefined || (!isChanged && written.isValid) ? null : (
          <Button look="ghost" onClick={reset}>
            Undo
          </Button>
        )}
        <Button
          look="primary"
          disabled={!isChanged || !written.isValid || save.isPending}
          onClick={() => written !== undefined && save.mutate(written.template)}
        >
          Save the template
        </Button>
      </div>
      {save.isError ? (
        <p role="alert" className="break-words text-danger">
          {messageOf(save.error)}
        </p>
      ) : null}
      <TemplateForm
        key={edition}
        template={template}
        onChange={(next) => {
          save.reset();
          setWritten(next);
        }}
      />
    </div>
  );
}
