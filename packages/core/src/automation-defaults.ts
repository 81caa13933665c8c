/** What an automation is where nothing else is said. A replacement keeps what it does not say, so who replaces all of it sends these too. */
export const automationDefaults = {
  description: "",
  enabled: true,
  tags: [] as string[],
  actions_on_trigger: [] as never[],
  actions_on_resolve: [] as never[],
};
