import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { type Backend, extendBackend } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { messageOf } from "../../test/support.js";
import {
  allclose,
  getDefaultBackend,
  ones,
  setDefaultBackend,
  Tensor,
  tensor,
  toAsync,
  version,
  zeros,
} from "../index.js";
import { versionKey } from "./copies.js";

beforeAll(() => setDefaultBackend(createCpuBackend()));

/** A backend that can only be read asynchronously. */
function distant(): Backend {
  const { readSync: _, hostView: __, ...members } = createCpuBackend();
  return { ...members, name: "distant" } as Backend;
}

describe("reading", () => {
  test("returns typed arrays, nested arrays and single elements", async () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(await x.data()).toEqual(new Float32Array([1, 2, 3, 4, 5, 6]));
    expect(x.permute(1, 0).dataSync()).toEqual(new Float32Array([1, 4, 2, 5, 3, 6]));
    expect(await x.permute(1, 0).data()).toEqual(new Float32Array([1, 4, 2, 5, 3, 6]));
    expect(await x.array()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(tensor(2.5).item()).toBe(2.5);
    expect(await tensor([[2.5]]).itemAsync()).toBe(2.5);
    expect(zeros([2, 0]).arraySync()).toEqual([[], []]);
    expect(JSON.stringify({ x: tensor([[1, 2]]) })).toBe('{"x":[[1,2]]}');
  });

  test("returns booleans for bool elements, and 0 and 1 in typed arrays", () => {
    const x = tensor([true, false]);
    expect(x.arraySync()).toEqual([true, false]);
    expect(x.dataSync()).toEqual(new Uint8Array([1, 0]));
    expect(tensor(true).item<boolean>()).toBe(true);
  });

  test("refuses what cannot be read", async () => {
    expect(messageOf(() => ones([2, 3]).item())).toBe(
      "[item] a tensor of shape [2, 3] has 6 elements · item() reads a tensor of one element · use data() or array()",
    );
    await expect(zeros([0]).itemAsync()).rejects.toThrow("[itemAsync] a tensor of shape [0] has 0 elements");
    const x = tensor([1]);
    x.dispose();
    const text =
      "the tensor was disposed · dispose(), `using` and the end of a scope free a tensor for good · return it from the scope, or keep a clone()";
    expect(messageOf(() => x.dataSync())).toBe(`[dataSync] ${text}`);
    await expect(x.data()).rejects.toThrow(text);
    expect(messageOf(() => x.add(1))).toBe(`[add] ${text}`);
    expect(messageOf(() => tensor([1]).add_(x))).toBe(`[add_] ${text}`);
  });

  test("names the asynchronous form if the backend cannot be read synchronously", async () => {
    const x = tensor([1, 2], { backend: distant() });
    const cannot = "the backend distant cannot read synchronously";
    expect(messageOf(() => x.dataSync())).toBe(`[dataSync] ${cannot} · use await data()`);
    expect(messageOf(() => x.arraySync())).toBe(`[arraySync] ${cannot} · use await array()`);
    expect(messageOf(() => x.to(distant()))).toBe(`[to] ${cannot} · use await toAsync()`);
    expect(messageOf(() => allclose(x, 1))).toBe(`[allclose] ${cannot} · use await allcloseAsync()`);
    expect(await x.add(1).array()).toEqual([2, 3]);
    expect(await tensor(3, { backend: distant() }).itemAsync()).toBe(3);
    expect((await x.toAsync(getDefaultBackend())).arraySync()).toEqual([1, 2]);
    expect((await toAsync(x, "int32")).dtype).toBe("int32");
    expect(String(x)).toBe("Tensor(shape=[2], dtype=float32, backend=distant)");
  });
});

describe("backends", () => {
  test("an error explains that there is no default backend", () => {
    // In a process of its own: here one was set.
    const source =
      'import { tensor } from "./packages/tensor/src/index.ts"; try { tensor([1]); } catch (e) { console.log(e.message); }';
    const output = execFileSync(
      process.execPath,
      ["--conditions=@lucid/source", "--import", "tsx", "--input-type=module", "-e", source],
      {
        encoding: "utf8",
      },
    );
    expect(output.trim()).toBe(
      "[getDefaultBackend] there is no default backend · tensors are made on a backend · " +
        "install one (npm install @lucid/backend-cpu) and call setDefaultBackend(createCpuBackend), " +
        "or import everything from @lucid/lucid, which brings one along",
    );
  });

  test("tensors of two backends do not mix, those of one root do", () => {
    const other: Backend = { ...createCpuBackend(), name: "other" };
    const x = tensor([1]);
    expect(messageOf(() => x.add(tensor([1], { backend: other })))).toBe(
      "[add] tensors live on different backends: cpu · other · an operation needs all its tensors on one backend · move one with t.to(backend)",
    );
    expect(tensor([1], { backend: other }).to(x.backend).add(x).arraySync()).toEqual([2]);
    const derived = extendBackend(x.backend, { name: "derived" });
    expect(x.add(tensor([1], { backend: derived })).backend).toBe(derived);
    expect(messageOf(() => x.to({} as Backend))).toBe("[to] an object is neither an element type nor a backend");
    expect(messageOf(() => setDefaultBackend(3 as never))).toBe(
      "[setDefaultBackend] 3 is not a backend · pass a backend or a function that makes one",
    );
  });

  test("an error names the type that the backend lacks", () => {
    const narrow: Backend = { ...createCpuBackend(), name: "narrow", capabilities: { dtypes: ["float32", "int32"] } };
    const message = "[Tensor] the backend narrow cannot hold float64 · it holds float32, int32";
    expect(messageOf(() => tensor([1], { dtype: "float64", backend: narrow }))).toBe(message);
    expect(messageOf(() => tensor([1], { backend: narrow }).double())).toBe(message);
  });
});

test("conversions saturate and truncate", () => {
  const x = tensor([1.7, -1.7, Number.NaN, 300]);
  expect(x.to("float32")).toBe(x);
  expect(x.to(x.backend)).toBe(x);
  expect(x.int().arraySync()).toEqual([1, -1, 0, 300]);
  expect(x.byte().arraySync()).toEqual([1, 0, 0, 255]);
  expect(x.int().byte().arraySync()).toEqual([1, 255, 0, 44]);
  expect(x.bool().arraySync()).toEqual([true, true, true, true]);
  expect(x.bool().float().arraySync()).toEqual([1, 1, 1, 1]);
  expect(x.double().dtype).toBe("float64");
  expect(x.typeAs(tensor([true])).dtype).toBe("bool");
  expect(messageOf(() => x.to("half" as never))).toBe(
    '[to] unknown dtype "half" · dtypes are float32, float64, float16, bfloat16, int32, uint8, bool · use "float16"',
  );
});

test("clones have their own memory, and contiguous copies only if it is needed", () => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);
  const copy = x.clone();
  x.add_(10);
  expect(copy.arraySync()).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(x.contiguous()).toBe(x);
  const turned = x.permute(1, 0).contiguous();
  expect(turned.layout.strides).toEqual([2, 1]);
  expect(turned.arraySync()).toEqual([
    [11, 13],
    [12, 14],
  ]);
  expect(x.tril().arraySync()).toEqual([
    [11, 0],
    [13, 14],
  ]);
  expect(ones([3, 3]).triu(1).arraySync()).toEqual([
    [0, 1, 1],
    [0, 0, 1],
    [0, 0, 0],
  ]);
});

test("using disposes at the end of the block", () => {
  let seen: Tensor;
  {
    using x = tensor([1]);
    seen = x;
    expect(x.disposed).toBe(false);
  }
  expect(seen.disposed).toBe(true);
});

describe("printing", () => {
  test.each<readonly [() => Tensor, string]>([
    [() => tensor([[1.5, 2, 3.5, 4]]), "Tensor([[1.5, 2, 3.5, 4]])"],
    [() => tensor(3), "Tensor(3)"],
    [() => tensor([1, 2], { dtype: "int32" }), "Tensor([1, 2], dtype=int32)"],
    [() => tensor([0.1], { dtype: "float64" }), "Tensor([0.1], dtype=float64)"],
    [() => tensor([true, false]), "Tensor([true, false])"],
    [() => zeros([0]), "Tensor([])"],
    [() => zeros([0, 3], { dtype: "bool" }), "Tensor([], shape=[0, 3], dtype=bool)"],
    [
      () => tensor([1 / 3, -0, 0.00012345, 0.00001, 1e-45, 123456.789, 12345678912]),
      "Tensor([0.3333, -0, 0.0001, 1e-5, 1.4013e-45, 123456.7891, 1.2346e+10])",
    ],
    [() => tensor([Number.NaN, Infinity, -Infinity]), "Tensor([NaN, Infinity, -Infinity])"],
    [() => tensor([-2147483648, 2147483647], { dtype: "int32" }), "Tensor([-2147483648, 2147483647], dtype=int32)"],
    [
      () =>
        tensor([0, 1, 2, 3, 4])
          .view([5, 1])
          .mul(tensor([1, -10.5, 100, 1000, 12345.75])),
      [
        "Tensor([[0,    -0,   0,    0,        0],",
        "        [1, -10.5, 100, 1000, 12345.75],",
        "        [2,   -21, 200, 2000,  24691.5],",
        "        [3, -31.5, 300, 3000, 37037.25],",
        "        [4,   -42, 400, 4000,    49383]])",
      ].join("\n"),
    ],
    [
      () => ones([2, 2, 12], { dtype: "int32" }),
      [
        "Tensor([[[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],",
        "         [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]],",
        "",
        "        [[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],",
        "         [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]]], dtype=int32)",
      ].join("\n"),
    ],
    [
      () => tensor(Array.from({ length: 30 }, (_, i) => 10 * i)),
      [
        "Tensor([  0,  10,  20,  30,  40,  50,  60,  70,  80,  90, 100, 110, 120, 130,",
        "        140, 150, 160, 170, 180, 190, 200, 210, 220, 230, 240, 250, 260, 270,",
        "        280, 290])",
      ].join("\n"),
    ],
    [() => tensor(Array.from({ length: 1001 }, (_, i) => i)), "Tensor([0, 1, 2, …, 998, 999, 1000])"],
    [
      () =>
        tensor(Array.from({ length: 2000 }, (_, i) => i))
          .view([100, 20])
          .permute(1, 0),
      [
        "Tensor([[ 0, 20, 40, …, 1940, 1960, 1980],",
        "        [ 1, 21, 41, …, 1941, 1961, 1981],",
        "        [ 2, 22, 42, …, 1942, 1962, 1982],",
        "        …,",
        "        [17, 37, 57, …, 1957, 1977, 1997],",
        "        [18, 38, 58, …, 1958, 1978, 1998],",
        "        [19, 39, 59, …, 1959, 1979, 1999]])",
      ].join("\n"),
    ],
  ])("%#", (make, text) => {
    expect(String(make())).toBe(text);
  });

  test("shows the type of a disposed tensor", () => {
    const x = tensor([1]);
    x.dispose();
    expect(String(x)).toBe("Tensor(disposed, shape=[1], dtype=float32, backend=cpu)");
  });

  test("is the same in Node's console", () => {
    const inspect = (tensor([1, 2]) as unknown as Record<symbol, () => string>)[
      Symbol.for("nodejs.util.inspect.custom")
    ]!;
    expect(inspect.call(tensor([1, 2]))).toBe("Tensor([1, 2])");
  });
});

describe("two copies of the package", () => {
  test("cause a warning when the second one is loaded, and their tensors cannot be mixed", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    vi.resetModules();
    const copy = await import("../index.js");
    expect(copy.Tensor).not.toBe(Tensor);
    expect(warn.mock.calls.map(([text]) => text)).toEqual(
      ["@lucid/backend", "@lucid/tensor"].map(
        (name) =>
          `${name} was loaded twice (${version} · ${version}): objects of one copy do not work with the other. ` +
          `Find the second copy with: npm ls ${name}`,
      ),
    );
    vi.resetModules();
    await import("../index.js");
    expect(warn).toHaveBeenCalledTimes(2);
    warn.mockRestore();
    copy.setDefaultBackend(getDefaultBackend());
    const foreign = copy.tensor([1]) as unknown as Tensor;
    Object.defineProperty(foreign, versionKey, { value: "9.9.9" });
    expect(messageOf(() => tensor([1]).add(foreign))).toBe(
      `[add] a tensor belongs to another copy of @lucid/tensor: ${version} · 9.9.9 · tensors of two copies cannot be mixed · ` +
        "install one copy only; `npm ls @lucid/tensor` shows who brings the second",
    );
  });

  test("have the version of the package", () => {
    const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
      version: string;
    };
    expect(version).toBe(manifest.version);
  });
});
