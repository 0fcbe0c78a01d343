// Bundled: one operation, from the entry that binds every method.
import { add, tensor } from "@lucid/tensor";

export const sum = (): unknown => add(tensor([1]), 1);
