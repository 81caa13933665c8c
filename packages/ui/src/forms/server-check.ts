import { parseJson } from "@ostinato/core";
import type { validateValues } from "@ostinato/protocol";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { call } from "../api/api.ts";
import { useSettled } from "../components/settled.ts";
import type { FormValue } from "./form-data.ts";
import type { FormProblem } from "./form-problems.ts";
import { problemsFromServer } from "./server-problems.ts";

const none: readonly FormProblem[] = [];

/** The problems that the server finds in the values, once nobody types. It knows more than a form: patterns, and what is written as JSON. */
export function useServerCheck(schema: FormValue | null, values: FormValue): readonly FormProblem[] {
  const text = JSON.stringify(values);
  const settled = useSettled(text);
  const { data } = useQuery({
    queryKey: ["schemas", "validate", schema, settled],
    enabled: schema !== null,
    queryFn: ({ signal }) =>
      call<typeof validateValues>("POST /ui/schemas/validate", {
        body: { schema: { ...schema }, values: parseJson(settled) as Record<string, unknown> },
        signal,
      }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  });
  // What is typed after the question has not been looked at.
  return useMemo(
    () => (data === undefined || settled !== text ? none : problemsFromServer(data.errors)),
    [data, settled, text],
  );
}
