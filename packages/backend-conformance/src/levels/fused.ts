/**
 * The level `fused`: kernels for fused operations compute what the composition computes. A backend without kernels is
 * checked, too: whatever computes the operation, the numbers must be those of the reference.
 *
 * @module
 */
import {
  type Attributes,
  type Backend,
  type DeviceBuffer,
  extendBackend,
  type FusedCall,
  input,
  kernelFor,
  kernelTable,
  op,
  scalar,
} from "@lucid/backend";
import { add, div, elementwise, type Formula, mul, scope, sqrt, square, sub, type Tensor } from "@lucid/tensor";
import { callFused, type FusedDefinition, fusedLogSoftmax, fusedSoftmax } from "@lucid/tensor/extend";
import { type ConformanceCase, defineCase, type Level } from "../case.js";
import { type Numbers, rowSoftmax, sample } from "../framework/arrays.js";
import { agree, agreeShape, checkGradients, elements, place } from "../framework/check.js";
import { alongAxis } from "../lines.js";
import { fail } from "../session.js";
import { STORED } from "../stored.js";
import { attentionCases } from "./fused-attention.js";
import { backwardCases } from "./fused-backward.js";
import { convolutionCases } from "./fused-convolution.js";
import { layerNormCases } from "./fused-layer-norm.js";
import { poolingCases } from "./fused-pooling.js";
import type { FloatType } from "../types.js";

const TOLERANCE: Readonly<Record<FloatType, number>> = { float32: 3e-6, float64: 1e-13 };

/** The input of a fused operation with one input and one output, and its layout. */
interface Arrangement {
  readonly name: string;
  readonly shape: Numbers;
  readonly values: Numbers;
  readonly axis: number;
  /** A view of the same elements by which the operation gets them; the shape is that of the view. */
  readonly view?: (x: Tensor) => Tensor;
}

const count = (shape: Numbers): number => shape.reduce((n, size) => n * size, 1);
const arrange = (name: string, shape: Numbers, axis: number, view?: Arrangement["view"]): Arrangement => ({
  name,
  shape,
  axis,
  values: sample(count(shape)),
  ...(view === undefined ? {} : { view }),
});
const line = (name: string, ...values: Numbers): Arrangement => ({ name, shape: [1, values.length], axis: 1, values });

/** The arrangements: clones whose elements lie in other orders in memory. */
const arrangements: readonly Arrangement[] = [
  arrange("rows", [5, 9], 1),
  arrange("columns", [9, 5], 0),
  arrange("middle axis", [3, 7, 4], 1),
  arrange("one row", [1031], 0),
  arrange("rows of one", [6, 1], 1),
  arrange("no rows", [0, 4], 1),
  arrange("rows of nothing", [4, 0], 1),
  arrange("many short rows", [333, 3], 1),
  arrange("rows of two vectors and a rest", [3, 19], 1),
  arrange("transposed", [6, 8], 1, (x) => x.transpose(0, 1).clone().transpose(0, 1)),
  arrange("backward", [6, 8], 1, (x) => x.flip([0, 1]).clone().flip([0, 1])),
  arrange("at an offset", [6, 8], 1, (x) => x.repeat(2, 1).narrow(0, 6, 6)),
  arrange("every second element", [4, 10], 1, (x) => x.unsqueeze(2).repeat(1, 1, 2).select(2, 1)),
  {
    ...arrange("repeated rows", [4, 6], 1, (x) => x.narrow(0, 0, 1).expand(4, 6)),
    values: [...sample(6), ...sample(6), ...sample(6), ...sample(6)],
  },
  line("large numbers", 1000, 999, -1000, 998.5),
  line("large negative numbers", -1000, -1001.5, -5000),
  line("equal numbers", 3, 3, 3, 3, 3),
  line("−∞ among numbers", 1, -Infinity, 2, -Infinity),
  line("∞ gives NaN", 1, Infinity, 2),
  line("NaN gives NaN", 1, NaN, 2),
  line("nothing but −∞ gives NaN", -Infinity, -Infinity),
];

/** A fused operation along an axis, and its float64 reference for one line. */
interface LineOperation {
  readonly definition: FusedDefinition<{ readonly axis: number }>;
  readonly reference: (line: Numbers) => Numbers;
}

function logSoftmaxOf(values: Numbers): number[] {
  const largest = Math.max(...values);
  const total = values.reduce((sum, v) => sum + Math.exp(v - largest), 0);
  return values.map((v) => v - largest - Math.log(total));
}

const lineOperations: readonly LineOperation[] = [
  { definition: fusedSoftmax, reference: (values) => rowSoftmax(values, values.length) },
  { definition: fusedLogSoftmax, reference: logSoftmaxOf },
];

function lineCases({ definition, reference }: LineOperation, dtype: FloatType): ConformanceCase[] {
  const cases = arrangements.map(({ name, shape, values, axis, view = (x) => x }) =>
    defineCase(["fused", definition.operation.name, dtype, name], [dtype], async ({ backend }) => {
      const host = dtype === "float32" ? values.map(Math.fround) : values;
      const expected = alongAxis(host, shape, axis, reference);
      const composing = extendBackend(backend, { fused: kernelTable() }, { keepFused: false });
      for (const [what, on] of [
        ["result", backend],
        ["composed", composing],
      ] as const) {
        const x = place(on, { shape, values }, dtype);
        const y = scope(() => callFused(definition, [view(x)], { axis })[0]!);
        agreeShape(what, y.shape, shape);
        agree(what, await elements(y), expected, shape, TOLERANCE[dtype]);
        agree("operand", await elements(x), host, shape, 0);
        x.dispose();
        y.dispose();
      }
    }),
  );
  cases.push(
    defineCase(["fused", definition.operation.name, dtype, "gradients"], [dtype], ({ backend }) =>
      checkGradients(backend, dtype, {
        inputs: [{ shape: [3, 5], values: sample(15) }],
        compute: (x) => callFused(definition, [x!], { axis: 1 })[0]!,
        reference: (x) => alongAxis(x!, [3, 5], 1, reference),
        slack: 2,
      }),
    ),
  );
  if (dtype === "float32") {
    cases.push(
      defineCase(["fused", definition.operation.name, dtype, STORED], ["float32", "float64"], async ({ backend }) => {
        const x = place(backend, { shape: [5, 9], values: sample(45) }, dtype);
        const y = scope(() => callFused(definition, [x], { axis: 1 })[0]!);
        const wide = scope(() => y.double());
        agree("cast to float64", await elements(wide), await elements(y), [5, 9], 0);
        for (const tensor of [x, y, wide]) tensor.dispose();
      }),
    );
  }
  return cases;
}

type NormAttributes = { readonly eps: number };

const scaledBy = elementwise((g: Formula, x: Formula, r: Formula, dot: Formula) => sub(div(g, r), mul(x, dot)), {
  name: "rootMeanSquare",
});

/**
 * A fused operation of the suite itself. It has two outputs: x / r and r = √(mean of x² + eps), over the last axis of a
 * matrix.
 */
const rootMeanSquare: FusedDefinition<NormAttributes> = {
  operation: {
    name: "rootMeanSquare",
    inputs: ["x"],
    infer: ([x]) => [
      { shape: x!.shape, dtype: x!.dtype },
      { shape: [x!.shape[0]!, 1], dtype: x!.dtype },
    ],
  },
  compose([x], { eps }) {
    const r = sqrt(add(square(x!).mean(1, true), eps));
    return [div(x!, r), r];
  },
  rule: {
    saves: () => ({ inputs: [0], outputs: [1] }),
    gradients({ input, output, gradients: [ofY, ofR] }) {
      const [x, r] = [input(0), output(1)];
      const width = x.shape[1]!;
      // The gradients follow from dr/dx = x / (width · r) and y = x / r.
      let dot = ofY === undefined ? undefined : div(mul(ofY, x).sum(1, true), mul(mul(square(r), r), width));
      if (ofR !== undefined) {
        const part = div(ofR, mul(r, -width));
        dot = dot === undefined ? part : add(dot, part);
      }
      return [ofY === undefined ? mul(mul(x, dot!), -1) : scaledBy(ofY, x, r, dot!)];
    },
  },
};

/** An operation of a third party that is also called softmax. */
const namedSoftmax: FusedDefinition<{ readonly axis: number }> = {
  operation: { name: "softmax", inputs: ["x"], infer: ([x]) => [x!] },
  compose: ([x]) => [mul(x!, 2)],
};

/** The operation `x · s + bias`, where s is a scalar of the call and the bias is optional. */
const scaledSum: FusedDefinition<Record<never, never>> = {
  operation: { name: "scaledSum", inputs: ["x", "bias?"], infer: ([x]) => [x!] },
  compose([x, bias], _, [factor]) {
    const scaled = mul(x!, factor!);
    return [bias === undefined ? scaled : add(scaled, bias)];
  },
};

function normOf(x: Numbers, width: number, eps: number): { readonly y: number[]; readonly r: number[] } {
  const r: number[] = [];
  for (let row = 0; row < x.length; row += width) {
    const total = x.slice(row, row + width).reduce((sum, v) => sum + v * v, 0);
    r.push(Math.sqrt(total / width + eps));
  }
  return { y: x.map((v, i) => v / r[Math.floor(i / width)]!), r };
}

const x32 = input(0, "float32");
const y32 = input(1, "float32");

/**
 * Returns the backend with a kernel for {@link rootMeanSquare}, which uses its own members, and the attributes of its
 * calls.
 */
function withKernel(backend: Backend): { readonly backend: Backend; readonly calls: Attributes[] } {
  const calls: Attributes[] = [];
  const run = ({ inputs: [x], attributes, outputs: [y, r] }: FusedCall<DeviceBuffer, NormAttributes>): void => {
    calls.push(attributes);
    const [rows, width] = x!.shape as readonly [number, number];
    const finish = op("sqrt", op("add", op("div", x32, scalar(0, "float32")), scalar(1, "float32")));
    backend.reduce({
      op: "sum",
      value: op("mul", x32, x32),
      finish,
      shape: [rows, width],
      inputs: [x!],
      scalars: [width, attributes.eps],
      axes: [1],
      output: r!,
    });
    const repeated = { ...r!, shape: [rows, width], strides: [r!.strides[0]!, 0] };
    backend.map({ exprs: [op("div", x32, y32)], inputs: [x!, repeated], scalars: [], outputs: [y!] });
  };
  const fused = kernelTable(kernelFor(rootMeanSquare.operation, { run }));
  return { backend: extendBackend(backend, { name: "extended", fused }), calls };
}

/** Makes the cases of an operation and a kernel of a third party. */
function ownCases(): ConformanceCase[] {
  const define = (name: string, body: (backend: Backend) => Promise<void>): ConformanceCase =>
    defineCase(["fused", "a kernel of one's own", name], ["float32"], ({ backend }) => body(backend));
  const shape = [5, 7];
  const values = sample(35);
  const attributes = { eps: 0.125 };
  const both = (backend: Backend): readonly (readonly [string, Backend])[] => [
    ["composed", backend],
    ["with a kernel", withKernel(backend).backend],
  ];
  return [
    define("results", async (backend) => {
      const expected = normOf(values.map(Math.fround), 7, 0.125);
      for (const [what, on] of both(backend)) {
        const x = place(on, { shape, values }, "float32");
        const [y, r] = scope(() => callFused(rootMeanSquare, [x.transpose(0, 1).clone().transpose(0, 1)], attributes));
        agree(`${what}, first output`, await elements(y!), expected.y, shape, TOLERANCE.float32);
        agree(`${what}, second output`, await elements(r!), expected.r, [5, 1], TOLERANCE.float32);
        for (const tensor of [x, y!, r!]) tensor.dispose();
      }
    }),
    define("gradients", async (backend) => {
      for (const [, on] of both(backend)) {
        await checkGradients(on, "float32", {
          inputs: [{ shape, values }],
          compute: (x) => callFused(rootMeanSquare, [x!], attributes)[0]!,
          reference: (x) => normOf(x!, 7, 0.125).y,
        });
        await checkGradients(on, "float32", {
          inputs: [{ shape, values }],
          compute: (x) => {
            const [y, r] = callFused(rootMeanSquare, [x!], attributes);
            return mul(y!, r!).add(r!);
          },
          reference: (x) => {
            const { r } = normOf(x!, 7, 0.125);
            return x!.map((v, i) => v + r[Math.floor(i / 7)]!);
          },
        });
      }
    }),
    define("is called once, with the attributes", async (backend) => {
      const extended = withKernel(backend);
      const x = place(extended.backend, { shape, values }, "float32");
      const results = scope(() => callFused(rootMeanSquare, [x], attributes));
      if (extended.calls.length !== 1) fail(`one operation called the kernel ${extended.calls.length} times`);
      if (extended.calls[0]!.eps !== 0.125) fail(`the kernel got eps = ${extended.calls[0]!.eps}`);
      for (const tensor of [x, ...results]) tensor.dispose();
    }),
    define("mixes with tensors of the base", async (backend) => {
      const extended = withKernel(backend);
      const a = place(backend, { shape, values }, "float32");
      const b = place(extended.backend, { shape, values }, "float32");
      const sum = add(a, b);
      if (sum.backend !== extended.backend)
        fail(`a sum of the base's and the derived backend's tensors is on ${sum.backend.name}`);
      agree(
        "sum",
        await elements(sum),
        values.map((v) => 2 * Math.fround(v)),
        shape,
        0,
      );
      for (const tensor of [a, b, sum]) tensor.dispose();
    }),
    define("of a name that exists already is told apart", async (backend) => {
      const doubled = scope(() => {
        const x = place(backend, { shape, values }, "float32");
        return callFused(namedSoftmax, [x], { axis: 1 })[0]!;
      });
      agree(
        "twice x",
        await elements(doubled),
        values.map((v) => 2 * Math.fround(v)),
        shape,
        0,
      );
      doubled.dispose();
    }),
    define("that declines is composed", async (backend) => {
      let [asked, ran] = [0, 0];
      const fused = kernelTable(
        kernelFor<DeviceBuffer, NormAttributes>(rootMeanSquare.operation, ([x], { eps }) => {
          asked++;
          const declines = x!.shape[0] === 5 || eps > 1;
          return declines ? undefined : { run: () => void ran++ };
        }),
      );
      const on = extendBackend(backend, { fused });
      const x = place(on, { shape, values }, "float32");
      const [y, r] = scope(() => callFused(rootMeanSquare, [x], attributes));
      agree("composed", await elements(y!), normOf(values.map(Math.fround), 7, 0.125).y, shape, TOLERANCE.float32);
      if (asked !== 1 || ran !== 0) fail(`the table was asked ${asked} times, and a kernel ran ${ran} times`);
      for (const tensor of [x, y!, r!]) tensor.dispose();
    }),
    define("gets numbers, absent inputs and scratch memory", async (backend) => {
      const seen: string[] = [];
      const fused = kernelTable(
        kernelFor(scaledSum.operation, {
          scratch: [{ shape: [2, 3], dtype: "float32" }],
          run({ inputs: [x, bias], scalars, outputs: [y], scratch }) {
            seen.push(`${bias === undefined} ${scalars} ${scratch.map((view) => `${view.dtype} ${view.shape}`)}`);
            backend.map({ exprs: [op("mul", x32, scalar(0, "float32"))], inputs: [x!], scalars, outputs: [y!] });
          },
        }),
      );
      const on = extendBackend(backend, { fused });
      const x = place(on, { shape, values }, "float32");
      const y = scope(() => callFused(scaledSum, [x, undefined], {}, [3])[0]!);
      const expected = values.map((v) => 3 * Math.fround(v));
      agree("by the kernel", await elements(y), expected, shape, TOLERANCE.float32);
      if (seen.join() !== "true 3 float32 2,3") fail(`the kernel saw: ${seen.join(" · ")}`);
      const plain = place(backend, { shape, values }, "float32");
      const composed = scope(() => callFused(scaledSum, [plain], {}, [3])[0]!);
      agree("composed", await elements(composed), expected, shape, TOLERANCE.float32);
      for (const tensor of [x, y, plain, composed]) tensor.dispose();
    }),
    define("the other kernels stay, or go when asked to", async (backend) => {
      const { fused } = withKernel(backend).backend;
      const x = [{ shape, dtype: "float32" }] as const;
      const axis = { axis: 1 };
      for (const { operation } of lineOperations.map(({ definition }) => definition)) {
        const [own, kept] = [backend.fused?.find(operation, x, axis), fused?.find(operation, x, axis)];
        if (own !== undefined && kept === undefined)
          fail(`extending the backend lost its kernel for ${operation.name}`);
        if (own === undefined && kept !== undefined) fail(`extending the backend made a kernel for ${operation.name}`);
        const alone = extendBackend(backend, { fused: kernelTable() }, { keepFused: false });
        if (alone.fused?.find(operation, x, axis) !== undefined) fail(`keepFused: false keeps ${operation.name}`);
      }
    }),
  ];
}

/** The level `fused`. */
export const fusedLevel: Level = {
  name: "fused",
  cases: () => [
    ...lineOperations.flatMap((operation) => [...lineCases(operation, "float32"), ...lineCases(operation, "float64")]),
    ...layerNormCases("float32"),
    ...layerNormCases("float64"),
    ...convolutionCases("float32"),
    ...convolutionCases("float64"),
    ...attentionCases("float32"),
    ...attentionCases("float64"),
    ...poolingCases("float32"),
    ...poolingCases("float64"),
    ...backwardCases("float32"),
    ...backwardCases("float64"),
    ...ownCases(),
  ],
};
