/**
 * The names of BLAS libraries on every platform, and how to install one.
 *
 * @module
 */

/** The libraries of a platform. */
export interface PlatformNames {
  /** Names for the dynamic linker, or paths. The first one that loads is used. */
  readonly libraries: readonly string[];
  /** How to install one. */
  readonly install: string;
}

const known: Readonly<Record<string, PlatformNames>> = {
  linux: {
    libraries: [
      // This is Fedora's OpenBLAS with threads; its libopenblas.so.0 has none. The name does not exist on Debian.
      "libopenblasp.so.0",
      "libopenblas.so.0",
      "libopenblas.so",
      "libblis.so.4",
      "libblis.so",
      "libmkl_rt.so.2",
      "libmkl_rt.so",
      // Builds with 64-bit integers.
      "libopenblas64.so.0",
      "libopenblas64_.so.0",
      "libblis64.so.4",
    ],
    install:
      "install one: `apt-get install libopenblas0-pthread` (Debian, Ubuntu), `dnf install openblas-threads` (Fedora), `apk add openblas` (Alpine)",
  },
  darwin: {
    libraries: [
      "/System/Library/Frameworks/Accelerate.framework/Accelerate",
      "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
      "/usr/local/opt/openblas/lib/libopenblas.dylib",
      "libopenblas.dylib",
    ],
    install: "Accelerate is part of macOS; OpenBLAS installs with `brew install openblas`",
  },
  win32: {
    libraries: ["libopenblas.dll", "openblas.dll", "mkl_rt.2.dll", "mkl_rt.dll"],
    install: "install one: put the libopenblas.dll of an OpenBLAS release on the PATH",
  },
};

/** The libraries of this platform. Platforms other than Linux, macOS and Windows are treated as Linux. */
export function namesFor(platform: string): PlatformNames {
  return known[platform] ?? known.linux!;
}
