/** Anomaly mode: which operation and which line a NaN comes from. */
import { createCpuBackend } from "@lucid/backend-cpu";
import { setDefaultBackend, tensor } from "@lucid/tensor";
import { expect, test } from "vitest";
import { detectAnomaly, setDetectAnomaly } from "./index.js";

setDefaultBackend(createCpuBackend());

/** 0 · ∞ in the derivative of the root. */
const wrong = () => {
  const x = tensor([0], { requiresGrad: true });
  return { x, loss: x.sqrt().mul(0).sum() };
};

const message =
  /^\[sqrt\] the gradient of input 0 \[1\] contains NaN · the operation was called at .*anomaly\.test\.ts:\d+/;

test("a backward pass that computes NaN names the operation and the line, and changes nothing", async () => {
  detectAnomaly(() => {
    const { x, loss } = wrong();
    expect(() => loss.backward()).toThrow(message);
    expect(x.grad).toBeNull();
  });
  setDetectAnomaly(true);
  try {
    await expect(wrong().loss.backwardAsync()).rejects.toThrow(message);
  } finally {
    setDetectAnomaly(false);
  }
});

test("without the forward pass in anomaly mode the line is not known", () => {
  const { loss } = wrong();
  expect(() => detectAnomaly(() => loss.backward())).toThrow(
    "where the operation was called is not known · call the forward pass in anomaly mode too",
  );
});

test("outside of anomaly mode NaN is a number like any other, and in it right gradients pass", () => {
  const { x, loss } = wrong();
  loss.backward();
  expect(x.grad!.arraySync()).toEqual([Number.NaN]);
  const y = tensor([4], { requiresGrad: true });
  detectAnomaly(() => y.sqrt().sum().backward());
  expect(y.grad!.arraySync()).toEqual([0.25]);
  expect(() => setDetectAnomaly(1 as never)).toThrow("[setDetectAnomaly] the mode is 1 · it is true or false");
});
