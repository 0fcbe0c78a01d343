/** Finding a library, and what is said where none is found. */
import { ArgumentError, BackendError } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createBlasBackend } from "./index.js";
import { findLibrary } from "./library.js";
import { namesFor } from "./names.js";
import { describeWithBlas } from "../test/available.js";

const cpu = createCpuBackend();
afterEach(() => vi.unstubAllEnvs());

const errorOf = (action: () => unknown): BackendError => {
  try {
    action();
  } catch (error) {
    if (error instanceof BackendError) return error;
    throw error;
  }
  return expect.fail("nothing was thrown");
};

describe("without a library", () => {
  it("the error says which names were tried and how to install a library", () => {
    vi.stubEnv("LUCID_BLAS", "");
    const usual = {
      libraries: ["libnowhere.so.1", "/nowhere/libelse.so"],
      install: "install one: `apt-get install x`",
    };
    const { message } = errorOf(() => findLibrary(undefined, usual));
    expect(message).toBe(
      "[createBlasBackend] no BLAS library was found: tried libnowhere.so.1, /nowhere/libelse.so" +
        " · the dynamic linker has to find a library with the CBLAS interface" +
        " · install one: `apt-get install x`, or name one with the option library or the environment variable LUCID_BLAS",
    );
  });

  it("only the library is tried that the option names, or else LUCID_BLAS", () => {
    vi.stubEnv("LUCID_BLAS", "libfromenvironment.so");
    expect(errorOf(() => createBlasBackend(cpu)).message).toContain("tried libfromenvironment.so ·");
    expect(errorOf(() => createBlasBackend(cpu, { library: "liboption.so" })).message).toContain(
      "tried liboption.so ·",
    );
  });

  it("the names and the command to install one depend on the platform", () => {
    const { libraries, install } = namesFor("linux");
    expect(libraries).toEqual(expect.arrayContaining(["libopenblas.so.0", "libblis.so.4", "libmkl_rt.so.2"]));
    expect(install).toContain("apt-get install libopenblas0-pthread");
    expect(namesFor("darwin").libraries[0]).toBe("/System/Library/Frameworks/Accelerate.framework/Accelerate");
    expect(namesFor("darwin").install).toContain("brew install openblas");
    expect(namesFor("win32").libraries).toContain("libopenblas.dll");
    expect(namesFor("freebsd")).toBe(namesFor("linux"));
  });

  it.runIf(process.platform === "linux")("the error says why an existing library cannot be used", () => {
    expect(errorOf(() => findLibrary("libc.so.6")).message).toContain("tried libc.so.6 (has no cblas_sgemm) ·");
    expect(errorOf(() => findLibrary("/etc/passwd")).message).toMatch(
      /tried \/etc\/passwd \(.*invalid ELF header.*\) ·/,
    );
  });
});

describe("arguments", () => {
  it.each([0, -1, 1.5, NaN])("threads: %d is refused", (threads) => {
    expect(() => createBlasBackend(cpu, { threads })).toThrow(ArgumentError);
  });

  it("a base without hostView is refused", () => {
    const { hostView: _, ...device } = cpu;
    expect(errorOf(() => createBlasBackend({ ...device, name: "device" })).message).toBe(
      "[createBlasBackend] device has no hostView · BLAS works on buffers in the host's memory · extend a backend such as @lucid/backend-cpu",
    );
  });
});

describeWithBlas("with a library", () => {
  it("names its library, and takes a base or a function that makes one", () => {
    const backend = createBlasBackend(() => cpu);
    expect(backend.name).toBe("blas(cpu)");
    expect(createBlasBackend(cpu, { library: backend.library }).library).toBe(backend.library);
  });

  it("leaves the number of threads to the library unless it is given", () => {
    const one = createBlasBackend(cpu, { threads: 1 });
    expect(one.capabilities.threads).toBe(1);
    const two = createBlasBackend(cpu, { threads: 2 });
    expect(two.capabilities.threads).toBe(2);
    expect(createBlasBackend(cpu).capabilities.threads).toBe(2);
    expect(one.capabilities.threads).toBe(1);
  });

  it("keeps the base's other capabilities", () => {
    const base = createCpuBackend({ generate: false });
    expect(createBlasBackend(base).capabilities.notes).toEqual(base.capabilities.notes);
  });
});
