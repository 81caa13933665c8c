import type { Page } from "@ostinato/testing/browser";

/** Moves a drawing for some seconds, with as many events as a mouse sends. */
const everyMillis = 8;

export type Movement = (page: Page, step: number) => Promise<void>;

export async function move(page: Page, selector: string, millis: number, movement: Movement): Promise<void> {
  const place = await page.locator(selector).boundingBox();
  if (place === null) throw new Error(`There is no ${selector} to move`);
  const middle = { x: place.x + place.width * 0.65, y: place.y + Math.min(place.height, 400) / 2 };
  await page.mouse.move(middle.x, middle.y);
  const begun = performance.now();
  for (let step = 0; performance.now() - begun < millis; step += 1) {
    const next = performance.now() + everyMillis;
    await movement(page, step);
    const rest = next - performance.now();
    if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
  }
}

/** In for half a second, out for half a second. */
export const zoom: Movement = (page, step) => page.mouse.wheel(0, step % 120 < 60 ? -4 : 4);

/** Right and left. */
export const pan: Movement = (page, step) => page.mouse.wheel(step % 120 < 60 ? 14 : -14, 0);

export const scrollDown: Movement = (page) => page.mouse.wheel(0, 60);
