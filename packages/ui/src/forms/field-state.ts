import { createContext } from "react";

/** The context of a control: facts about its field. */
export const FieldState = createContext<{ readonly describedBy: string | undefined; readonly invalid: boolean }>({
  describedBy: undefined,
  invalid: false,
});
