/**
 * `@lucid/linalg`: the functions of `torch.linalg`.
 *
 * @packageDocumentation
 */
export {
  type CholeskyExOptions,
  type CholeskyOptions,
  type CholeskyResult,
  cholesky,
  choleskyEx,
  choleskyInverse,
  choleskySolve,
} from "./decompositions/cholesky.js";
export { type Eigen, type EighOptions, eigh, eigvalsh } from "./decompositions/eigh.js";
export {
  type LuFactorExOptions,
  type LuFactors,
  type LuFactorsAndInfo,
  type LuSolveOptions,
  type LuUnpackOptions,
  lu,
  luFactor,
  luFactorEx,
  luSolve,
  luUnpack,
  type PermutedFactors,
} from "./decompositions/lu.js";
export {
  geqrf,
  householderProduct,
  type OrmqrOptions,
  ormqr,
  type PackedQr,
  type QrFactors,
  type QrMode,
  type QrOptions,
  qr,
} from "./decompositions/qr.js";
export { type SvdFactors, type SvdOptions, svd, svdvals } from "./decompositions/svd.js";
export { LinAlgError } from "./error.js";
export { det, logdet, type SignAndLogarithm, slogdet } from "./functions/determinants.js";
export {
  type LinalgNormOptions,
  type MatrixNormOptions,
  type MatrixNormOrder,
  matrixNorm,
  norm,
  type VectorNormOptions,
  vectorNorm,
} from "./functions/norms.js";
export { matrixExp, matrixPower, multiDot } from "./functions/powers.js";
export { type CondOptions, cond, type MatrixRankOptions, matrixRank } from "./functions/ranks.js";
export { cross, diagonal, type VanderOptions, vander, vecdot } from "./functions/vectors.js";
export type { Tolerance } from "./internal/tolerances.js";
export { type InvExOptions, type Inverse, inv, invEx, type PinvOptions, pinv } from "./solving/inverse.js";
export { type LstsqDriver, type LstsqOptions, type LstsqResult, lstsq } from "./solving/lstsq.js";
export {
  type SolveExOptions,
  type SolveOptions,
  type SolveResult,
  type SolveTriangularOptions,
  solve,
  solveEx,
  solveTriangular,
} from "./solving/solve.js";
export { type TensorinvOptions, type TensorsolveOptions, tensorinv, tensorsolve } from "./solving/tensors.js";
