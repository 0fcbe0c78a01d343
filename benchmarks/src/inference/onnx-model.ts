/** The perceptron as an ONNX model. */
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType,
  ModelProtoSchema,
  type NodeProtoSchema,
  TensorProto_DataType,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from "onnx-buf";
import type { Input } from "../peers/pytorch.js";

const FLOAT = TensorProto_DataType.FLOAT;

function value(name: string, shape: readonly number[]): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = shape.map((size) => ({ value: { case: "dimValue", value: BigInt(size) } }) as const);
  return { name, type: { value: { case: "tensorType", value: { elemType: FLOAT, shape: { dim } } } } };
}

function constant(name: string, { values, shape }: Input): MessageInitShape<typeof TensorProtoSchema> {
  const rawData = new Uint8Array(values.slice().buffer);
  return { name, dims: shape.map(BigInt), dataType: FLOAT, rawData };
}

/** The nodes for x·wᵀ + b, where the weights have the shape (out, in). */
function linear(names: readonly string[], output: string): MessageInitShape<typeof NodeProtoSchema> {
  const transposed = { name: "transB", type: AttributeProto_AttributeType.INT, i: 1n };
  return { opType: "Gemm", input: [...names], output: [output], attribute: [transposed] };
}

/**
 * The bytes of a model with the input "x" and the output "y": Linear, ReLU, Linear. Weights have the shape (out, in).
 */
export function onnxModel(batch: number, inputs: number, outputs: number, weights: readonly Input[]): Uint8Array {
  const names = ["w1", "b1", "w2", "b2"];
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [{ version: 17n }],
    graph: {
      name: "perceptron",
      input: [value("x", [batch, inputs])],
      output: [value("y", [batch, outputs])],
      initializer: weights.map((weight, i) => constant(names[i], weight)),
      node: [
        linear(["x", "w1", "b1"], "hidden"),
        { opType: "Relu", input: ["hidden"], output: ["active"] },
        linear(["active", "w2", "b2"], "y"),
      ],
    },
  });
  return toBinary(ModelProtoSchema, model);
}
