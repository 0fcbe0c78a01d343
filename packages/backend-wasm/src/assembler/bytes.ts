/**
 * The byte array into which modules are written.
 *
 * @module
 */

/** A growing array of bytes. It is made once and reused for every module. */
export class ByteWriter {
  bytes: Uint8Array;
  length = 0;
  readonly #numbers: DataView = new DataView(new ArrayBuffer(8));

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) this.#reserve(1);
    this.bytes[this.length++] = value;
  }

  /** Appends bytes one by one. */
  all(values: ArrayLike<number>): void {
    const count = values.length;
    if (this.length + count > this.bytes.length) this.#reserve(count);
    const { bytes } = this;
    let at = this.length;
    for (let i = 0; i < count; i++) bytes[at++] = values[i]!;
    this.length = at;
  }

  /** Appends an opcode and the index that follows it. */
  indexed(opcode: number, index: number): void {
    if (index > 127) {
      this.byte(opcode);
      this.unsigned(index);
      return;
    }
    if (this.length + 2 > this.bytes.length) this.#reserve(2);
    this.bytes[this.length] = opcode;
    this.bytes[this.length + 1] = index;
    this.length += 2;
  }

  /** Appends the bytes in `[start, end)` of another writer. */
  copy(from: ByteWriter, start: number, end: number): void {
    if (this.length + end - start > this.bytes.length) this.#reserve(end - start);
    this.bytes.set(from.bytes.subarray(start, end), this.length);
    this.length += end - start;
  }

  /** Appends a number below 2³² as unsigned LEB128. */
  unsigned(value: number): void {
    value >>>= 0;
    while (value > 127) {
      this.byte((value & 127) | 128);
      value >>>= 7;
    }
    this.byte(value);
  }

  /** Appends five bytes for an unsigned LEB128 number that {@link patch} writes later. */
  placeholder(): void {
    this.all([0x80, 0x80, 0x80, 0x80, 0]);
  }

  /** Writes a number over a placeholder. */
  patch(at: number, value: number): void {
    for (let i = 0; i < 4; i++) this.bytes[at + i] = ((value >>> (7 * i)) & 127) | 128;
    this.bytes[at + 4] = value >>> 28;
  }

  /** Appends an int32 as signed LEB128. */
  signed(value: number): void {
    value |= 0;
    while (value < -64 || value > 63) {
      this.byte((value & 127) | 128);
      value >>= 7;
    }
    this.byte(value & 127);
  }

  /** Appends an int64 as signed LEB128. */
  signed64(value: bigint): void {
    value = BigInt.asIntN(64, value);
    while (value < -64n || value > 63n) {
      this.byte(Number(value & 127n) | 128);
      value >>= 7n;
    }
    this.byte(Number(value & 127n));
  }

  float32(value: number): void {
    this.#numbers.setFloat32(0, value, true);
    this.#number(4);
  }

  float64(value: number): void {
    this.#numbers.setFloat64(0, value, true);
    this.#number(8);
  }

  /** Appends a name: its length and its characters, which are ASCII. */
  name(text: string): void {
    this.unsigned(text.length);
    for (let i = 0; i < text.length; i++) this.byte(text.charCodeAt(i));
  }

  #number(count: number): void {
    for (let i = 0; i < count; i++) this.byte(this.#numbers.getUint8(i));
  }

  #reserve(count: number): void {
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }
}

/** Returns how many bytes `unsigned(value)` appends. */
export function unsignedLength(value: number): number {
  let length = 1;
  for (value >>>= 0; value > 127; value >>>= 7) length++;
  return length;
}
