/** What the fixtures do not show of the layers of convolution: initialization, printing, output sizes, large batches. */
import { createCpuBackend } from "@lucid/backend-cpu";
import { manualSeed, ones, randn, setDefaultBackend, type Tensor, tensor, zeros } from "@lucid/tensor";
import { beforeAll, expect, it } from "vitest";
import { functional, init } from "../../index.js";
import { Conv1d, Conv2d, Conv3d } from "./convolution.js";
import { ConvTranspose1d, ConvTranspose2d } from "./transposed.js";

beforeAll(() => setDefaultBackend(createCpuBackend));

const values = (x: Tensor): number[] => Array.from(x.dataSync());

it("weight and bias are drawn uniformly within 1 / √n, the weight first", () => {
  manualSeed(7);
  const layer = new Conv1d(4, 6, 5, { groups: 2 });
  manualSeed(7);
  // 2 channels of 5 elements.
  const bound = 1 / Math.sqrt(10);
  const weight = init.uniform_(zeros([6, 2, 5]), -bound, bound);
  const bias = init.uniform_(zeros([6]), -bound, bound);
  const close = (got: Tensor, wanted: Tensor): void =>
    values(got).forEach((value, i) => {
      expect(value).toBeCloseTo(values(wanted)[i]!, 6);
    });
  close(layer.weight, weight);
  close(layer.bias!, bias);
});

it("layers print their settings, without those that change nothing", () => {
  expect(String(new Conv2d(3, 4, [3, 5]))).toBe(
    "Conv2d(inChannels=3, outChannels=4, kernelSize=[3, 5], stride=[1, 1])",
  );
  expect(
    String(new Conv1d(2, 4, 3, { padding: "same", dilation: 2, groups: 2, bias: false, paddingMode: "reflect" })),
  ).toBe(
    'Conv1d(inChannels=2, outChannels=4, kernelSize=[3], stride=[1], padding="same", dilation=[2], groups=2, bias=false, paddingMode="reflect")',
  );
  expect(String(new ConvTranspose1d(2, 4, 3, { stride: 2, padding: 1, outputPadding: 1 }))).toBe(
    "ConvTranspose1d(inChannels=2, outChannels=4, kernelSize=[3], stride=[2], padding=[1], outputPadding=[1])",
  );
});

it("the state has PyTorch's names", () => {
  expect(Object.keys(new Conv3d(1, 2, 2).stateDict())).toEqual(["weight", "bias"]);
});

it("a call of a transposed convolution may name the output's sizes, which a stride leaves open", () => {
  const layer = new ConvTranspose2d(2, 3, 3, { stride: 2, padding: 1 });
  const x = zeros([1, 2, 4, 5]);
  expect(layer(x).shape).toEqual([1, 3, 7, 9]);
  expect(layer(x, [8, 9]).shape).toEqual([1, 3, 8, 9]);
  expect(layer(x, [1, 3, 8, 10]).shape).toEqual([1, 3, 8, 10]);
  expect(() => layer(x, [9, 9])).toThrow("[ConvTranspose2d] outputSize is [9, 9] · the size of axis 0 is from 7 to 8");
});

it("arguments that do not fit are refused", () => {
  expect(() => new Conv2d(3, 4, 3, { groups: 2 })).toThrow("inChannels is 3, groups is 2");
  expect(() => new Conv2d(3, 4, 3, { padding: "same", stride: 2 })).toThrow('padding "same" needs stride 1');
  expect(() => new Conv2d(3, 4, [3, 3, 3])).toThrow("kernelSize");
  expect(() => new Conv2d(3, 4, 3)(zeros([1, 2, 8, 8]))).toThrow("[conv2d]");
});

it("a transposed convolution is the adjoint of the convolution", () => {
  const [x, weight] = [randn([2, 3, 9, 8]), randn([4, 3, 3, 2])];
  const options = { stride: [2, 1], padding: [1, 0], dilation: [1, 2] };
  const y = functional.conv2d(x, weight, options);
  const other = randn(y.shape);
  const back = functional.convTranspose2d(other, weight, options);
  // ⟨conv(x), other⟩ = ⟨x, convTranspose(other)⟩
  const left = y.mul(other).sum().item();
  expect(back.shape).toEqual(x.shape);
  expect(x.mul(back).sum().item()).toBeCloseTo(left, 2);
});

it("batches whose windows are computed in parts give what each sample gives", () => {
  // 4 · 8 · 9 · 258² elements of windows are more than are copied at once.
  const x = ones([4, 8, 260, 260]).requiresGrad_();
  const weight = ones([2, 8, 3, 3]).requiresGrad_();
  const y = functional.conv2d(x, weight);
  expect([y.amin().item(), y.amax().item()]).toEqual([72, 72]);
  y.sum().backward();
  expect([weight.grad!.amin().item(), weight.grad!.amax().item()]).toEqual([4 * 258 * 258, 4 * 258 * 258]);
  const edge = values(x.grad!.at(3, 7, 0).narrow(0, 0, 4));
  // Elements at the edge are in 3 · 1, 3 · 2 and 3 · 3 windows of its first rows, and there are two outputs.
  expect(edge).toEqual([2, 4, 6, 6]);
});

it("inputs of float16 are computed in float32", () => {
  const x = tensor([[[1, 2, 3]]], { dtype: "float16" });
  const y = functional.conv1d(x, tensor([[[0.5, 0.25]]], { dtype: "float16" }));
  expect(y.dtype).toBe("float16");
  expect(values(y)).toEqual([1, 1.75]);
});
