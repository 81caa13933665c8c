/** The changes that a consumer handles. Changes that no consumer wants are not written to the outbox. */
export interface Wants {
  /** Names of events; one that ends with `*` stands for all names that begin so: `prefect.flow-run.*`. */
  readonly events?: readonly string[];
  /** The events that some trigger of an automation takes. */
  readonly takenByTriggers?: boolean;
  /** Nouns whose new and changed rows it handles, or whose deleted ones. */
  readonly changed?: readonly string[];
  readonly deleted?: readonly string[];
  /** Work that units leave to it by `Unit.followUp`. */
  readonly followUps?: readonly string[];
}

/** The kind of a change: an event, a new or changed row, a deleted row, or a follow-up. */
export type DeliveryKind = "event" | "changed" | "deleted" | "follow-up";

/** A committed change. Its subject is read by its id, and may have changed again or be gone. */
export interface Delivery {
  readonly kind: DeliveryKind;
  /** The name of the event or of the follow-up, or the noun. */
  readonly name: string;
  /** The id of the event, of the row, or of the subject of the follow-up. */
  readonly ref: string;
}

/** A change that was written down. */
export interface WrittenDelivery extends Delivery {
  /** As of which version of the automations; null where a server of an earlier version wrote it. */
  readonly as_of: number | null;
}

/** A delivery that is to be written down. */
export interface NewDelivery extends Delivery {
  /**
   * No trigger takes this event as of this version of the automations, so it is written down only where they have changed since: it may be
   * that one takes it after all.
   */
  readonly unlessStill?: number;
}

/** The name of a consumer and the changes that it handles. */
export interface Subscriber {
  readonly name: string;
  readonly wants: Wants;
}
