/**
 * The entries of PyTorch's test database that lucid leaves out, by reason.
 */
const reasons: Readonly<Record<string, RegExp>> = {
  "complex numbers":
    /^(complex|chalf|imag|polar|real|view_as_complex|view_as_real|isreal|angle|sgn|conj|conj_physical|resolve_conj|resolve_neg)$/,
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
