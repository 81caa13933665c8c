import { type Access, type CreatedBy, includesAccess } from "@ostinato/protocol";
import { forbidden, unauthenticated } from "./errors.ts";

/** Who an operation is done for. Users with roles will be a further kind. */
export interface Actor {
  readonly kind: "anonymous" | "local" | "password" | "system";
  /** The highest level of operations that it may call. */
  readonly access: Access;
  /** The `created_by` of what it makes; null where there is nobody to name. */
  readonly createdBy: CreatedBy | null;
}

/** Somebody who has not said who they are to a server that asks for it. */
export const anonymous: Actor = { kind: "anonymous", access: "public", createdBy: null };

/** Anybody who reaches a server that asks nobody who they are, or the program that has a server in its own process. */
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

/** Throws 401 where the actor has to say who it is, and 403 where it is known and may not. */
export function authorize(actor: Actor, needed: Access): void {
  if (includesAccess(actor.access, needed)) return;
  throw actor.kind === "anonymous" ? unauthenticated() : forbidden(actor.access, needed);
}
