/**
 * The check that a layout stays within its storage. It is for layouts that other code made.
 *
 * @module
 */
import { ArgumentError, describeValue, formatShape, sizeOf, type View } from "@lucid/backend";
import { Storage } from "../memory/storage.js";

/**
 * @throws ArgumentError unless `storage` is a storage and every element of `layout` lies in it.
 * @internal
 */
export function assertPlacement(placement: { readonly storage: Storage; readonly layout: View }): void {
  const { storage, layout } = placement;
  if (!(storage instanceof Storage)) throw refused(`the storage is ${describeValue(storage)}`);
  if (typeof layout !== "object" || layout === null) throw refused(`the layout is ${describeValue(layout)}`);
  const { shape, strides, offset } = layout;
  if (layout.buffer !== storage.buffer || layout.dtype !== storage.dtype) {
    throw refused("the layout belongs to another buffer or element type than the storage");
  }
  if (!isIntegerList(shape) || !isIntegerList(strides) || shape.length !== strides.length || shape.some((n) => n < 0)) {
    throw refused(`shape ${describeValue(shape)} and strides ${describeValue(strides)} are no layout`);
  }
  if (!Number.isSafeInteger(offset)) throw refused(`the offset is ${describeValue(offset)}`);
  if (sizeOf(shape) === 0) return;
  let first = offset;
  let last = offset;
  for (let axis = 0; axis < shape.length; axis++) {
    const reach = (shape[axis]! - 1) * strides[axis]!;
    if (reach < 0) first += reach;
    else last += reach;
  }
  if (first >= 0 && last < storage.length) return;
  throw refused(
    `shape ${formatShape(shape)} with strides ${formatShape(strides)} and offset ${offset} reaches elements ${first} to ${last}`,
    `the storage has ${storage.length} elements`,
  );
}

function isIntegerList(value: unknown): value is readonly number[] {
  if (!Array.isArray(value)) return false;
  for (let i = 0; i < value.length; i++) if (!Number.isSafeInteger(value[i])) return false;
  return true;
}

function refused(fact: string, rule = "a placement is the storage of a tensor and a layout within it"): ArgumentError {
  return new ArgumentError("Tensor", fact, { rule });
}
