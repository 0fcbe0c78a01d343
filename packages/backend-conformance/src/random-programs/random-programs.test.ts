/** Random programs: right backends agree, wrong ones are found and cut down to a few lines, and rounding is no fault. */
import { type Backend, type Expr, extendBackend, inOrder, op, positionsOf, type View } from "@lucid/backend";
import { createMinimalBackend, type HostBuffer } from "minimal-backend";
import { describe, expect, it } from "vitest";
import { randomPrograms } from "./index.js";

type Minimal = Backend<HostBuffer>;
const minimal: Minimal = createMinimalBackend();
const run = (members: Partial<Minimal>, count: number, seed = 1) =>
  randomPrograms({ create: () => extendBackend(minimal, members), reference: () => minimal, count, seed });

/** The program that a faulty backend was found by. */
async function found(members: Partial<Minimal>): Promise<string> {
  const error: unknown = await run(members, 2000).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Error);
  const { message } = error as Error;
  expect(message).toMatch(/^random program \d+ of seed 1 \(minimal against minimal\), cut down in \d+ steps:/);
  expect(message).toMatch(/again: randomPrograms\(\{ …, seed: 1, count: \d+ \}\)$/);
  return message;
}

/** Lines of the program itself. */
const linesOf = (message: string): string[] => message.split("\n").filter((line) => /^x\d+ = /.test(line));

const transcendental = new Set([
  "exp",
  "exp2",
  "expm1",
  "log",
  "log1p",
  "sin",
  "cos",
  "tanh",
  "sinh",
  "cosh",
  "erf",
  "atan",
  "asinh",
]);

/** One unit in the last place more or less, by position. */
function jitter({ dtype, buffer, ...layout }: View<HostBuffer>): void {
  const unit = dtype === "float32" ? 2 ** -23 : dtype === "float64" ? 2 ** -52 : 0;
  for (const at of positionsOf(layout))
    buffer.data[at] = buffer.data[at]! * (1 + unit * ((Math.imul(at + 1, 0x9e3779b1) >>> 28) % 3) - unit);
}

describe("random programs", () => {
  it("agree if only roundings differ", async () => {
    const isTranscendental = (expr: Expr): boolean =>
      inOrder([expr]).some((node) => node.kind === "operation" && transcendental.has(node.op));
    const report = await run(
      {
        map(call) {
          minimal.map(call);
          call.exprs.forEach((expr, k) => {
            if (isTranscendental(expr)) jitter(call.outputs[k]!);
          });
        },
        reduce(call) {
          minimal.reduce(call);
          if (call.op === "sum") jitter(call.output);
        },
        matmul(a, b, output, epilogue) {
          minimal.matmul(a, b, output, epilogue);
          jitter(output);
        },
      },
      400,
    );
    expect(report).toMatchObject({ seed: 1, programs: 400 });
    expect(report.steps).toBeGreaterThan(1500);
    expect(report.gradients).toBeGreaterThan(200);
  });

  it("are the same for the same seed", async () => {
    const [first, second, other] = [await run({}, 40, 5), await run({}, 40, 5), await run({}, 40, 6)];
    expect(second).toEqual(first);
    expect(other.steps).not.toBe(first.steps);
  });

  it("find an operation that should be rounded exactly and is not", async () => {
    const message = await found({
      map(call) {
        minimal.map(call);
        call.exprs.forEach((expr, k) => {
          if (expr.kind === "operation" && expr.op === "mul") jitter(call.outputs[k]!);
        });
      },
    });
    expect(linesOf(message).length).toBeLessThanOrEqual(6);
    expect(message).toMatch(/differs at .* exactly/);
  });

  it("find a sum along the wrong strides, and shorten the program to a few lines", async () => {
    const message = await found({
      reduce(call) {
        const inputs = call.inputs.map((view) => ({ ...view, strides: view.strides.map(Math.abs) }));
        minimal.reduce({ ...call, inputs });
      },
    });
    expect(linesOf(message).length).toBeLessThanOrEqual(6);
  });

  it("find a fault that affects only gradients", async () => {
    const message = await found({
      map(call) {
        const wrong = call.exprs.length > 1 && call.inputs.length > 1;
        const exprs = call.exprs.map((expr, k) => (wrong && k === 1 ? op("neg", expr) : expr));
        minimal.map({ ...call, exprs });
      },
    });
    expect(message).toMatch(/x\d+\.grad differs/);
    expect(linesOf(message).length).toBeLessThanOrEqual(6);
  });
});
