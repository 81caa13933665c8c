import type { WidthRange } from "../components/resizable.tsx";

/** Where the panel of the selected task may stand beside the page. */
export const besideMedia = "(min-width: 1024px)";
export const panelWidths: WidthRange = { min: 340, max: 900, usual: 480 };
