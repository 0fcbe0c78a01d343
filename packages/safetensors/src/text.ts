/**
 * Text as UTF-8, by the encoder and the decoder that every engine has.
 *
 * @module
 */
interface Encoding {
  readonly TextEncoder: new () => { encode(text: string): Uint8Array };
  readonly TextDecoder: new (
    label: string,
    options: { readonly fatal: boolean },
  ) => { decode(bytes: Uint8Array): string };
}

const { TextEncoder, TextDecoder } = globalThis as unknown as Encoding;

export const encodeText = (text: string): Uint8Array => new TextEncoder().encode(text);

/** @throws TypeError for bytes that are not UTF-8. */
export const decodeText = (bytes: Uint8Array): string => new TextDecoder("utf-8", { fatal: true }).decode(bytes);
