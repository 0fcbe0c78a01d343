import { type Backend, extendBackend, type Limits, sizeOf, type View } from "@lucid/backend";

/** The base with small limits, which throws where a call exceeds one. */
export function limitedBackend(base: Backend, limits: Required<Limits>): Backend {
  const most = (what: string, count: number, limit: number): void => {
    if (count > limit) throw new Error(`${what}: ${count}, the limit is ${limit}`);
  };
  const bound = (member: string, ...views: readonly View[]): void =>
    most(`views of ${member}`, views.length, limits.views);
  const covers = (member: string, shape: readonly number[], line = 1): void =>
    most(`positions of ${member}`, sizeOf(shape), Math.max(limits.callElements, line));
  return extendBackend(
    base,
    {
      name: "limited",
      capabilities: { ...base.capabilities, limits },
      allocate(dtype, length) {
        most("elements of a buffer", length, limits.bufferElements);
        return base.allocate(dtype, length);
      },
      map(call) {
        bound("map", ...call.inputs, ...call.outputs);
        most("outputs", call.outputs.length, limits.outputs);
        covers("map", call.outputs[0]!.shape);
        base.map(call);
      },
      reduce(call) {
        bound("reduce", ...call.inputs, call.output);
        covers("reduce", call.shape);
        base.reduce(call);
      },
      matmul(a, b, output, epilogue) {
        bound("matmul", a, b, output, ...(epilogue?.inputs ?? []));
        covers("matmul", output.shape);
        base.matmul(a, b, output, epilogue);
      },
      gather(source, index, axis, output) {
        covers("gather", output.shape);
        base.gather(source, index, axis, output);
      },
      scatter(mode, source, index, axis, output) {
        covers("scatter", source.shape);
        base.scatter(mode, source, index, axis, output);
      },
      scan(op, x, axis, output) {
        covers("scan", x.shape, x.shape[axis]!);
        base.scan(op, x, axis, output);
      },
      sort(x, axis, values, indices) {
        covers("sort", x.shape, x.shape[axis]!);
        base.sort(x, axis, values, indices);
      },
    },
    { keepFused: false },
  );
}
