/**
 * Keeps results that are too large for the server. What `write` answers travels to the server as the result's location and
 * comes back to `read`, maybe on another machine.
 */
export interface ResultStore {
  /** Writes the text under a name made of letters, digits, dashes and underscores, and answers where it is. */
  write(name: string, text: string): Promise<string>;
  /** The text, or undefined where it is gone or was never in this store. */
  read(location: string): Promise<string | undefined>;
}
