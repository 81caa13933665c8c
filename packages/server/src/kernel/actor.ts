import { type Access, type CreatedBy, includesAccess } from "@ostinato/protocol";
import { forbidden, unauthenticated } from "./errors.ts";

/** The caller of an operation. Users with roles will be a further kind. */
export interface Actor {
  readonly kind: "anonymous" | "automation" | "local" | "password" | "system";
  /** The highest level of operations that it may call. */
  readonly access: Access;
  /** The `created_by` of rows that it creates; null for an unnamed caller. */
  readonly createdBy: CreatedBy | null;
  /** The automation whose action it is. */
  readonly causedBy?: CausedBy;
}

/** A firing of an automation, as the cause of what follows. */
export interface CausedBy {
  readonly automationId: string;
  /** How many firings led to this one, with itself. */
  readonly chain: number;
}

/** A caller without credentials, on a server that requires them. */
export const anonymous: Actor = { kind: "anonymous", access: "public", createdBy: null };

/** Any caller of a server that requires no credentials, or the program that has a server in its own process. */
export const localOperator: Actor = { kind: "local", access: "admin", createdBy: null };

/** The server itself: its loops, and whatever else it does without being asked. */
export const system: Actor = {
  kind: "system",
  access: "admin",
  createdBy: { type: "SYSTEM", display_value: "Ostinato" },
};

/** Everybody who knows the password that a server shares with its users. */
export function passwordUser(name: string): Actor {
  return { kind: "password", access: "admin", createdBy: { type: "USER", display_value: name } };
}

/** An automation that does what its trigger has fired. */
export function automationActor(name: string, causedBy: CausedBy): Actor {
  const createdBy = { id: causedBy.automationId, type: "AUTOMATION", display_value: name } as const;
  return { kind: "automation", access: "admin", createdBy, causedBy };
}

/** Throws 401 if the actor must authenticate, and 403 if its access level is too low. */
export function authorize(actor: Actor, needed: Access): void {
  if (includesAccess(actor.access, needed)) return;
  throw actor.kind === "anonymous" ? unauthenticated() : forbidden(actor.access, needed);
}
