import { definePage } from "../define-page.ts";
import { serverQuery } from "./settings.queries.ts";

export const settingsPage = definePage({
  path: "/settings",
  questions: () => [serverQuery],
  nav: { label: "Settings", icon: "settings", shortcut: "s" },
  load: () => import("./settings-page.tsx").then((module) => module.SettingsPage),
});
