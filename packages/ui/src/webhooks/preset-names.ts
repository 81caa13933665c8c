export const presetNames = ["json", "github", "stripe", "cloud-events"] as const;
export type PresetName = (typeof presetNames)[number];
