import type { Page } from "@ostinato/testing/browser";

type Field = ReturnType<Page["getByRole"]>;

/** Opens the search by its keys, as soon as the page hears them; gives the field to type into. */
export async function openSearch(page: Page): Promise<Field> {
  await page.getByRole("banner").getByRole("button", { name: "Search" }).waitFor();
  await page.keyboard.press("Control+k");
  return page.getByRole("combobox", { name: /^Search/ });
}
