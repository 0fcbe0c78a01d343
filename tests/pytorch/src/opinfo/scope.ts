/**
 * The entries of PyTorch's test database that lucid leaves out, by reason.
 */
const reasons: Readonly<Record<string, RegExp>> = {
  "complex numbers": /^(complex|chalf|imag|polar|view_as_complex|isreal|angle|sgn|conj|conj_physical|resolve_conj)$/,
  "masked tensors": /^masked\./,
  "sparse tensors": /^(sparse\.|to_sparse$)/,
  "kernels written in CUDA": /^jiterator_/,
  "integers that lucid has no type for": /^(char|short|long)$/,
  "changing the memory of a tensor": /^resize_(as_)?$/,
};

/** Why lucid leaves an entry out, or undefined. */
export function outOfScope(name: string): string | undefined {
  return Object.entries(reasons).find(([, pattern]) => pattern.test(name))?.[0];
}
