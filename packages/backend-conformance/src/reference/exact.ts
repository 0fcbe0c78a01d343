/**
 * References for operations with exact results. They are written from the definitions, independently of the table of
 * operations.
 *
 * @module
 */

/** Integer part; keeps the sign of zero. */
export function integerPart(x: number): number {
  if (x === 0 || !Number.isFinite(x)) return x;
  return x < 0 ? -(-x - (-x % 1)) : x - (x % 1);
}

/** Nearest integer, halves to the even one. */
export function nearestEven(x: number): number {
  const whole = integerPart(x);
  const rest = Math.abs(x - whole);
  if (!(rest > 0.5 || (rest === 0.5 && whole % 2 !== 0))) return whole;
  return x < 0 ? whole - 1 : whole + 1;
}

/** The smaller number, or NaN if one is NaN. −0 is below 0. */
export function smaller(a: number, b: number): number {
  if (a !== a || b !== b) return NaN;
  if (a === b) return Object.is(a, -0) ? a : b;
  return a < b ? a : b;
}

/** The larger number, or NaN if one is NaN. 0 is above −0. */
export function larger(a: number, b: number): number {
  if (a !== a || b !== b) return NaN;
  if (a === b) return Object.is(a, -0) ? b : a;
  return a > b ? a : b;
}

/** A finite number as mantissa · 2^exponent. */
function parts(x: number): readonly [mantissa: bigint, exponent: number] {
  let exponent = 0;
  while (!Number.isInteger(x)) {
    x *= 2;
    exponent--;
  }
  return [BigInt(x), exponent];
}

/** value · 2^exponent, rounded once. */
function assemble(value: bigint, exponent: number): number {
  const size = value < 0n ? -value : value;
  const excess = size.toString(2).length - 64;
  if (excess <= 0) return Number(value) * 2 ** exponent;
  const kept = size >> BigInt(excess);
  const lost = kept << BigInt(excess) === size ? 0n : 1n; // The last bit represents all bits that were cut off.
  const result = Number(kept | lost) * 2 ** (exponent + excess);
  return value < 0n ? -result : result;
}

/** a − b·⌊a / b⌋ in exact arithmetic; a zero result has the sign of a, as in PyTorch. */
export function floorRemainder(a: number, b: number): number {
  if (a !== a || b !== b || b === 0 || !Number.isFinite(a)) return NaN;
  if (a === 0) return a;
  if (!Number.isFinite(b)) return a < 0 === b < 0 ? a : b;
  const [mantissaA, exponentA] = parts(a);
  const [mantissaB, exponentB] = parts(b);
  const exponent = Math.min(exponentA, exponentB);
  const divisor = mantissaB << BigInt(exponentB - exponent);
  let rest = (mantissaA << BigInt(exponentA - exponent)) % divisor;
  if (rest === 0n) return a < 0 ? -0 : 0;
  if (rest < 0n !== divisor < 0n) rest += divisor;
  return assemble(rest, exponent);
}

/** Integer quotient towards 0; dividing by 0 gives 0. */
export function truncatedQuotient(a: bigint, b: bigint): bigint {
  return b === 0n ? 0n : a / b;
}

/** Remainder with the sign of the divisor; 0 for the divisor 0. */
export function integerRemainder(a: bigint, b: bigint): bigint {
  if (b === 0n) return 0n;
  const rest = a % b;
  return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest;
}

/** a^b with correct low 32 bits. For a negative exponent it is 1 / a^|b|, truncated. */
export function integerPower(a: bigint, b: bigint): bigint {
  if (b < 0n) return a === 1n ? 1n : a === -1n ? (b % 2n === 0n ? 1n : -1n) : 0n;
  let result = 1n;
  for (const bit of b.toString(2)) {
    result = BigInt.asIntN(32, result * result);
    if (bit === "1") result = BigInt.asIntN(32, result * a);
  }
  return result;
}

/** The error function with the accuracy of float32: 2/√π · ∫₀ˣ e^(−t²) dt by Simpson's rule. */
export function errorFunction(x: number): number {
  if (x === 0 || x !== x) return x;
  const size = Math.min(Math.abs(x), 6.5);
  const steps = 2 * Math.ceil(100 * size + 10);
  const step = size / steps;
  let sum = 1 + Math.exp(-size * size);
  for (let i = 1; i < steps; i++) {
    const t = i * step;
    sum += (i % 2 === 1 ? 4 : 2) * Math.exp(-t * t);
  }
  return (Math.sign(x) * sum * step * 2) / (3 * Math.sqrt(Math.PI));
}
