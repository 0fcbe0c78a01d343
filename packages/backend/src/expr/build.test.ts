import { describe, expect, it } from "vitest";
import { type DType, dtypeNames, dtypes } from "../dtype.js";
import { ArgumentError, DTypeError } from "../errors.js";
import { cast, constant, ge, gt, index, input, ne, op, random, scalar, unrounded } from "./build.js";
import { withDerivative } from "./derivative.js";
import { type Expr, inOrder, isExpr, operandsOf } from "./node.js";
import { type ScalarOp, scalarOperations } from "./operations.js";

const x = input(0, "float32");
const y = input(1, "float32");
const n = input(0, "int32");

describe("interning", () => {
  it("makes equal expressions one object", () => {
    const make = (): Expr => {
      const a = input(0, "float32");
      const kept = op(
        "lt",
        cast(random(scalar(0, "int32"), constant(7, "int32"), index(1)), "float32"),
        scalar(1, "float32"),
      );
      return op("where", kept, op("mul", op("exp", a), constant(0.5, "float32")), op("neg", a));
    };
    expect(make()).toBe(make());
  });

  it("makes different objects for expressions that differ", () => {
    const different: readonly Expr[] = [
      x,
      y,
      input(0, "float64"),
      scalar(0, "float32"),
      scalar(0, "float64"),
      scalar(1, "float32"),
      index(0),
      index(1),
      input(0, "int32"),
      constant(0, "float32"),
      constant(-0, "float32"),
      constant(0, "float64"),
      constant(-0, "float64"),
      constant(0, "int32"),
      constant(1, "float32"),
      constant(NaN, "float32"),
      constant(Infinity, "float32"),
      constant(-Infinity, "float32"),
      op("add", x, y),
      op("add", y, x),
      op("sub", x, y),
      op("exp", x),
      cast(x, "float64"),
      cast(x, "int32"),
      random(n, n),
      random(n, n, n),
      random(n, index(0), n),
    ];
    expect(new Set(different).size).toBe(different.length);
    expect(new Set(different.map((expr) => expr.id)).size).toBe(different.length);
  });

  it("rounds a literal into its type first", () => {
    expect(constant(0.1, "float32")).toBe(constant(Math.fround(0.1), "float32"));
    expect(constant(0.1, "float64")).not.toBe(constant(Math.fround(0.1), "float64"));
    expect(constant(NaN, "float64")).toBe(constant(NaN, "float64"));
    expect(constant(2.9, "int32").value).toBe(2);
    expect(constant(300, "uint8").value).toBe(255);
    expect(constant(-3, "bool").value).toBe(1);
    expect(constant(-0, "int32")).toBe(constant(0, "int32"));
    expect(Object.is(constant(-0, "float32").value, -0)).toBe(true);
    expect(Object.is(constant(0, "float32").value, 0)).toBe(true);
  });

  it("makes expressions that cannot be changed", () => {
    expect(Object.isFrozen(op("exp", x))).toBe(true);
  });

  it("has a bounded table, and expressions beyond it are right, too", () => {
    const make = (): Expr => op("add", input(7, "float64"), constant(0.123, "float64"));
    const before = make();
    expect(make()).toBe(before);
    const used = (): number => {
      globalThis.gc?.();
      return process.memoryUsage().heapUsed;
    };
    for (let i = 0; i < 200_000; i++) constant(i + 0.5, "float64");
    const start = used();
    for (let i = 0; i < 1_000_000; i++) constant(i + 0.25, "float64");
    // A million more expressions would take about 200 MB.
    expect(used() - start).toBeLessThan(50e6);
    const after = make();
    expect(String(after)).toBe(String(before));
    expect(after.id).not.toBe(before.id);
    expect(op("mul", before, after).dtype).toBe("float64");
  });
});

describe("the types of operands", () => {
  it("determine the result type: the same, or bool", () => {
    for (const name of Object.keys(scalarOperations) as ScalarOp[]) {
      const row = scalarOperations[name];
      for (const dtype of dtypeNames) {
        const values = [input(0, dtype), input(1, dtype)];
        const args = row.arity === 3 ? [input(2, "bool"), ...values] : values.slice(0, row.arity);
        if (row[dtypes[dtype].kind] === undefined) {
          expect(() => op(name, ...args), `${name} ${dtype}`).toThrow(`[${name}] is not defined for ${dtype}`);
        } else {
          expect(op(name, ...args).dtype, `${name} ${dtype}`).toBe(row.result === "bool" ? "bool" : dtype);
        }
      }
    }
  });

  it("must be equal to each other", () => {
    expect(() => op("add", x, n)).toThrow(
      new DTypeError("add", "operand types differ: float32, int32", ["float32", "int32"], {
        rule: "operands must have equal types",
      }),
    );
    expect(() => op("where", x, x, x)).toThrow(
      "[where] operand types differ: float32, float32, float32 · a bool condition and two operands of one type",
    );
    expect(() => op("where", op("lt", x, y), x, n)).toThrow(DTypeError);
    expect(() => op("exp", x, y)).toThrow("[exp] takes 1 operands, got 2");
    expect(() => op("add", x)).toThrow("[add] takes 2 operands, got 1");
  });

  it("must be int32 for the keys and the counter of random", () => {
    expect(random(n, n).dtype).toBe("int32");
    expect(() => random(n, x)).toThrow("[random] keys and counter must be int32: x0 is float32");
    expect(() => random(n, n, input(3, "uint8"))).toThrow("x3 is uint8");
  });

  it("are fields of the error", () => {
    let thrown: unknown;
    try {
      op("add", x, n);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ operation: "add", dtypes: ["float32", "int32"] });
  });
});

describe("cast", () => {
  it("returns an operand of this type itself, and folds literals", () => {
    expect(cast(x, "float32")).toBe(x);
    expect(cast(x, "int32")).toMatchObject({ kind: "cast", dtype: "int32", operand: x });
    const folded: readonly (readonly [number, DType, DType, number])[] = [
      [300, "int32", "uint8", 44],
      [300, "float32", "uint8", 255],
      [NaN, "float32", "int32", 0],
      [NaN, "float32", "bool", 1],
      [-0, "float32", "float64", -0],
      [1, "bool", "float32", 1],
    ];
    for (const [value, from, to, result] of folded) {
      const expr = cast(constant(value, from), to);
      expect(expr).toBe(constant(result, to));
    }
  });

  it("keeps a cast through a narrower type", () => {
    expect(String(cast(cast(x, "int32"), "float32"))).toBe("float32(int32(x0))");
    expect(String(cast(cast(input(0, "float64"), "float32"), "float64"))).toBe("float64(float32(x0))");
  });
});

describe("ne, gt and ge", () => {
  it("consist of operations of the table", () => {
    expect([ne(x, y), gt(x, y), ge(x, y)].map(String)).toEqual(["not(x0 == x1)", "x1 < x0", "x1 <= x0"]);
  });
});

describe("inOrder", () => {
  it("lists every node once, after its operands", () => {
    const shared = op("exp", x);
    const root = op("mul", op("add", shared, y), op("sub", shared, y));
    const order = inOrder([root, shared]);
    expect(new Set(order).size).toBe(order.length);
    expect(order.length).toBe(6);
    for (const [i, expr] of order.entries()) {
      for (const operand of operandsOf(expr)) expect(order.indexOf(operand)).toBeLessThan(i);
    }
    expect(order[order.length - 1]).toBe(root);
  });

  it("takes linear time however much is shared, and needs no recursion", () => {
    let wide: Expr = x;
    for (let i = 0; i < 60; i++) wide = op("add", wide, wide);
    expect(inOrder([wide]).length).toBe(61);
    let deep: Expr = x;
    for (let i = 0; i < 20_000; i++) deep = op("sin", deep);
    expect(inOrder([deep]).length).toBe(20_001);
  });

  it("lists keys and counters of random bits", () => {
    const counter = op("add", index(0), constant(1, "int32"));
    expect(operandsOf(random(n, scalar(0, "int32"), counter))).toEqual([n, scalar(0, "int32"), counter]);
    expect(operandsOf(random(n, n))).toEqual([n, n]);
    expect(operandsOf(x)).toEqual([]);
  });
});

describe("parts are checked when an expression is made", () => {
  // Backends turn expressions into code, so text in place of a number would run.
  const attack = "0); globalThis.attacked = true; (0";
  const x = input(0, "float32");
  const forged = { kind: "constant", value: attack, dtype: "float32", id: 1 };
  const untyped = { input, constant, scalar, index, random, cast, op, inOrder } as unknown as Record<
    string,
    (...args: readonly unknown[]) => unknown
  >;

  it.each([
    ["constant", [attack, "float32"]],
    ["constant", [attack, "float64"]],
    ["constant", [[1], "float64"]],
    ["constant", [undefined, "float64"]],
    ["input", [attack, "float32"]],
    ["input", [-1, "float32"]],
    ["input", [0.5, "float32"]],
    ["scalar", [attack, "float32"]],
    ["scalar", [NaN, "float32"]],
    ["scalar", [{ toString: () => attack }, "float32"]],
    ["index", [attack]],
    ["index", [-1]],
    ["random", [forged, forged]],
    ["random", [null, undefined]],
    ["cast", [forged, "int32"]],
    ["cast", ["x0", "int32"]],
    ["op", ["neg", forged]],
    ["op", ["neg", { ...x }]],
    ["op", ["neg", undefined]],
    ["op", ["constructor", x]],
    ["op", [attack, x]],
    ["op", [["neg"], x]],
    ["inOrder", [[forged]]],
  ])("%s refuses %j", (name, args) => {
    expect(() => untyped[name]!(...args)).toThrow(ArgumentError);
  });

  it.each([
    ["input", [0, attack]],
    ["constant", [1, "toString"]],
    ["scalar", [0, "float16x"]],
    ["cast", [x, "int"]],
    ["op", ["add", x]],
  ])("%s refuses the types of %j", (name, args) => {
    expect(() => untyped[name]!(...args)).toThrow(DTypeError);
  });

  it("refuses a bigint and a symbol", () => {
    for (const value of [1n, Symbol("one")]) {
      expect(() => untyped.constant!(value, "int32")).toThrow(ArgumentError);
      expect(() => untyped.scalar!(value, "int32")).toThrow(ArgumentError);
      expect(() => untyped.op!(value, x)).toThrow(ArgumentError);
    }
  });

  it("names the closest operation", () => {
    expect(() => untyped.op!("sqroot", x)).toThrow('there is no scalar operation "sqroot" · did you mean "sqrt"?');
  });

  it("cannot be changed afterwards", () => {
    const sum = op("add", x, constant(1, "float32"));
    const parts = sum as unknown as { args: unknown[]; op: string };
    expect(() => {
      parts.args[0] = forged;
    }).toThrow(TypeError);
    expect(() => {
      parts.op = attack;
    }).toThrow(TypeError);
    expect(isExpr(sum)).toBe(true);
    expect(isExpr({ ...sum })).toBe(false);
  });
});

describe("storage types", () => {
  const x = input(0, "float16");
  const y = input(1, "float16");

  it("are computed in float32 and rounded once, at the end of a formula", () => {
    expect(String(op("add", x, y))).toBe("float16(float32(x0) + float32(x1))");
    expect(op("add", x, y).dtype).toBe("float16");
    expect(String(op("mul", op("add", x, y), op("neg", x)))).toBe(
      "t0 = float32(x0); float16((t0 + float32(x1)) * -t0)",
    );
    expect(String(op("lt", op("add", x, y), x))).toBe("t0 = float32(x0); t0 + float32(x1) < t0");
    expect(op("lt", x, y).dtype).toBe("bool");
  });

  it("keep literals and scalars in float32 until they are stored", () => {
    expect(String(op("mul", x, constant(0.1, "float16")))).toBe(`float16(float32(x0) * ${Math.fround(0.1)})`);
    expect(String(op("mul", x, scalar(0, "float16")))).toBe("float16(float32(x0) * s0)");
  });

  it("round what is converted into them before it is computed with", () => {
    const n = input(2, "int32");
    expect(String(op("add", x, cast(n, "float16")))).toBe("float16(float32(x0) + float32(float16(float32(x2))))");
    expect(String(cast(op("add", x, y), "float32"))).toBe("float32(float16(float32(x0) + float32(x1)))");
    expect(String(cast(op("add", x, y), "int32"))).toBe("int32(float32(float16(float32(x0) + float32(x1))))");
  });

  it("are read and stored again without a change", () => {
    expect(cast(cast(x, "float32"), "float16")).toBe(x);
    expect(String(cast(x, "bfloat16"))).toBe("bfloat16(float32(x0))");
  });

  it("keep stated derivatives", () => {
    const partials = (): readonly Expr[] => [constant(1, "float32")];
    const rounded = withDerivative(op("round", x), [x], partials);
    expect(String(rounded)).toBe("float16(round(float32(x0)))");
    expect(unrounded(rounded).derivative).toEqual({ operands: [cast(x, "float32")], partials });
  });
});
