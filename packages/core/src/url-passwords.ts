import { secretMask } from "./secret.ts";

/**
 * A text with stars for the passwords of the addresses in it: `postgresql://user:********@host/db`. Also of those that are
 * none, because something in them is not written as it should be: that is when they are shown.
 */
export function withoutPasswords(text: string): string {
  return text
    .replace(/(\/\/[^\s:/@]*:)[^\s"'<>]*@/g, `$1${secretMask}@`)
    .replace(/([?&]\w*pass\w*=)[^&\s"'<>]*/gi, `$1${secretMask}`);
}
