/**
 * Groups of element types, by what the table of types says about them.
 *
 * @module
 */
import {
  type ComputeType,
  computeTypes,
  type DType,
  dtypeNames,
  dtypes,
  isStorageType,
  type StorageType,
} from "@lucid/backend";

const kindOf = (dtype: DType) => dtypes[dtype].kind;

/** The element types on which floats are computed. */
export type FloatType = "float32" | "float64";

/** The floating types in which expressions compute. */
export const floatTypes: readonly FloatType[] = computeTypes.filter(
  (dtype): dtype is FloatType => kindOf(dtype) === "float",
);

/** The types of numbers in which expressions compute. */
export const numberTypes: readonly ComputeType[] = computeTypes.filter((dtype) => kindOf(dtype) !== "bool");

/** The types of which `reduce` and `scan` make sums and products: no narrow integers. */
export const summedTypes: readonly ComputeType[] = numberTypes.filter((dtype) => dtypes[dtype].bytes >= 4);

/** The types that are only stored: expressions convert them as soon as they read them. */
export const storageTypes: readonly StorageType[] = dtypeNames.filter(isStorageType);
