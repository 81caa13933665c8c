import { Unreachable } from "./guarded-lookup.ts";
import { call, type HttpAnswer, type HttpCall } from "./http-call.ts";
import { NotSent, type RetryPace } from "./message.ts";
import type { IsReachable } from "./reachable.ts";

const maxShownCharacters = 1000;

/** Headers that may hold secrets are left out. */
const secretHeaders = /cookie|auth|token|secret|key/i;

/** What a service answered, for those who look for it. */
export type Delivered = Readonly<Record<string, unknown>>;

interface Delivering {
  /** Goes along as the header `Idempotency-Key`. */
  readonly id: string;
  readonly isReachable: IsReachable;
  /** Recipients that have the message from attempts before. */
  readonly delivered: readonly string[];
}

interface Failure {
  readonly recipient: string | undefined;
  readonly reason: string;
  readonly retry: RetryPace;
  readonly details: Delivered;
}

/** Makes the calls. One that fails holds up no other; throws where one did. */
export async function deliver(calls: readonly HttpCall[], delivering: Delivering): Promise<Delivered> {
  const delivered = [...delivering.delivered];
  const failures: Failure[] = [];
  let details: Delivered = {};
  for (const each of calls) {
    if (each.recipient !== undefined && delivered.includes(each.recipient)) continue;
    const outcome = await attempt(each, delivering);
    if ("reason" in outcome) failures.push(outcome);
    else {
      details = outcome.details;
      if (each.recipient !== undefined) delivered.push(each.recipient);
    }
  }
  const [first] = failures;
  if (first === undefined) return details;
  throw new NotSent(reasonOf(failures, delivered), {
    retry: failures.some(({ retry }) => retry !== "never") ? "soon" : "never",
    details: first.details,
    delivered,
  });
}

function reasonOf(failures: readonly Failure[], delivered: readonly string[]): string {
  const told = failures.map(({ recipient, reason }) => (recipient === undefined ? reason : `${recipient}: ${reason}`));
  const others = delivered.length === 0 ? "" : ` ${delivered.join(", ")} got the message.`;
  return `${told.join(". ")}${others === "" ? "" : `.${others}`}`;
}

async function attempt(
  given: HttpCall,
  { id, isReachable }: Delivering,
): Promise<Failure | { readonly details: Delivered }> {
  const { recipient } = given;
  const headers = { "idempotency-key": id, "user-agent": "Ostinato", ...given.headers };
  try {
    const answer = await call({ ...given, headers }, isReachable);
    const { status } = answer;
    const details = detailsOf(answer);
    if (status >= 200 && status < 300) return { details };
    const redirected = status >= 300 && status < 400 ? ", and redirects are not followed" : "";
    const retry = status >= 500 || status === 429 ? "soon" : "never";
    return { recipient, reason: `The address answered ${status}${redirected}`, retry, details };
  } catch (error) {
    const reason = error instanceof Error ? error.message || error.name : String(error);
    const retry = error instanceof Unreachable ? "never" : "soon";
    return { recipient, reason: `The request failed: ${reason}`, retry, details: {} };
  }
}

function detailsOf({ status, headers, body }: HttpAnswer): Delivered {
  const shown = Object.entries(headers).filter(([name]) => !secretHeaders.test(name));
  return {
    status_code: status,
    response_body: body.slice(0, maxShownCharacters),
    response_headers: Object.fromEntries(shown),
  };
}
