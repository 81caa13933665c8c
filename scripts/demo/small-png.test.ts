import fc from "fast-check";
import { expect, test } from "vitest";
import { type Picture, readPicture, writePicture } from "./small-png.ts";

const pictureOf = (width: number, height: number, colourAt: (pixel: number) => readonly [number, number, number]) => ({
  width,
  height,
  pixels: Uint8Array.from(Array.from({ length: width * height }, (_, pixel) => colourAt(pixel)).flat()),
});

test("a picture of few colours is kept exactly", () => {
  const pictures = fc
    .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }))
    .chain(([width, height]) =>
      fc
        .uint8Array({ minLength: width * height * 3, maxLength: width * height * 3 })
        .map((pixels): Picture => ({ width, height, pixels })),
    );
  fc.assert(
    fc.property(pictures, (picture) => {
      expect(readPicture(writePicture(picture))).toEqual(picture);
    }),
  );
});

test("of many colours the flat areas are kept exactly, and the others nearly", () => {
  const picture = pictureOf(64, 64, (pixel) =>
    pixel < 2048 ? [20, 40, 60] : [(pixel * 7) % 256, (pixel >> 4) % 256, 128],
  );
  const { pixels } = readPicture(writePicture(picture));
  expect(pixels.subarray(0, 2048 * 3)).toEqual(picture.pixels.subarray(0, 2048 * 3));
  const differences = pixels.map((value, at) => Math.abs(value - (picture.pixels[at] ?? 0)));
  expect(differences.reduce((sum, each) => sum + each, 0) / pixels.length).toBeLessThan(10);
});

test("another kind of PNG is refused", () => {
  const png = writePicture(pictureOf(1, 1, () => [1, 2, 3]));
  png[24] = 16;
  expect(() => readPicture(png)).toThrow("This PNG is not of eight bits a channel in rows.");
});
