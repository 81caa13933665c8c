import { workerTypes } from "@ostinato/job-templates/worker-types";
import { useMutation } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "../components/button.tsx";
import { messageOf } from "../components/failure.tsx";
import { TextField } from "../components/field.tsx";
import { Labelled } from "../components/labelled.tsx";
import { onDemand } from "../components/on-demand.tsx";
import { Page, Section } from "../components/page.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { isLimit, LimitField, limitIn } from "./limit-field.tsx";
import { PoolTypeCards } from "./pool-type-cards.tsx";
import { lookOfPoolType } from "./pool-types.ts";
import type { WrittenTemplate } from "./template-form.tsx";
import { createPool } from "./work-pool-actions.ts";

const TemplateForm = onDemand(
  () => import("./template-form.tsx").then((module) => module.TemplateForm),
  <Skeleton rows={6} />,
);

const route = getRouteApi("/new-work-pool");

/** A new pool: its type, its name and limit, and what its runs are started with. It ends on the pool's page, which waits for a worker. */
export function NewWorkPoolPage() {
  const { type } = route.useSearch();
  const navigate = route.useNavigate();
  const chosen = workerTypes.find((known) => known.type === type);
  return (
    <Page title="New work pool">
      <PoolTypeCards
        types={workerTypes}
        chosen={chosen?.type}
        onChoose={(next) => void navigate({ search: { type: next }, replace: true, resetScroll: false })}
      />
      {chosen === undefined ? (
        <p className="text-muted">Choose where the runs of the pool run.</p>
      ) : (
        <PoolForm key={chosen.type} type={chosen.type} template={chosen.default_base_job_configuration} />
      )}
    </Page>
  );
}

function PoolForm({ type, template }: { readonly type: string; readonly template: WrittenTemplate["template"] }) {
  const navigate = route.useNavigate();
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [limit, setLimit] = useState("");
  const [written, setWritten] = useState<WrittenTemplate>({ template, isValid: true });
  const create = useMutation({
    mutationFn: () =>
      createPool({
        name: name.trim(),
        type,
        description: description.trim() === "" ? null : description.trim(),
        concurrency_limit: limitIn(limit),
        base_job_template: { ...written.template },
      }),
    onSuccess: (pool) => navigate({ to: "/work-pools/$pool", params: { pool: pool.name } }),
  });
  const problem = nameProblem(name.trim());
  return (
    <form
      className="flex min-w-0 flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate();
      }}
    >
      <Section title={`A pool of type ${lookOfPoolType(type).label}`}>
        <div className="flex max-w-xl flex-col gap-3 p-3">
          <Labelled name="Name" required>
            <TextField
              autoComplete="off"
              aria-required
              value={name}
              aria-invalid={problem !== undefined}
              onChange={(event) => setName(event.target.value)}
            />
          </Labelled>
          {problem === undefined ? null : <p className="-mt-2 text-xs text-danger">{problem}</p>}
          <Labelled name="Description">
            <TextField value={description} onChange={(event) => setDescription(event.target.value)} />
          </Labelled>
          <LimitField noun="pool" value={limit} onChange={setLimit} />
        </div>
      </Section>
      <Section title="What each run is started with">
        <div className="p-3">
          <TemplateForm template={template} onChange={setWritten} />
        </div>
      </Section>
      <div className="flex flex-wrap items-center justify-end gap-3">
        {create.isError ? (
          <p role="alert" className="mr-auto min-w-0 break-words text-danger">
            {messageOf(create.error)}
          </p>
        ) : null}
        <Button
          type="submit"
          look="primary"
          disabled={
            name.trim() === "" || problem !== undefined || !isLimit(limit) || !written.isValid || create.isPending
          }
        >
          Create the work pool
        </Button>
      </div>
    </form>
  );
}

/** The server's rule for names of pools. */
function nameProblem(name: string): string | undefined {
  const wrong = /[/%&><]/.exec(name)?.[0];
  return wrong === undefined ? undefined : `A name of a work pool can't contain ${wrong}`;
}
