/** What the browser and the page allow. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { type Ability, HEADERS } from "./ability.js";
import { findGpu, type GpuAbility } from "./gpu.js";

interface Line {
  readonly name: string;
  readonly there: boolean;
  readonly text: string;
}

function lines({ isolated, evalDirective, webAssembly, wasmDirective, vectors, cores }: Ability): readonly Line[] {
  return [
    {
      name: "Threads",
      there: isolated,
      text: isolated
        ? `The page is cross-origin isolated, so threads can share memory. There are ${cores} cores.`
        : `The page is not cross-origin isolated, so threads cannot share memory. It needs the headers ${HEADERS}.`,
    },
    {
      name: "WebAssembly",
      there: webAssembly && wasmDirective === undefined,
      text: !webAssembly
        ? "This browser has no WebAssembly."
        : wasmDirective === undefined
          ? "It may be compiled at run time. Lucid compiles its kernels when they are needed."
          : `The content security policy forbids compiling it. It needs ${wasmDirective}.`,
    },
    {
      name: "SIMD",
      there: vectors !== "none",
      text: {
        relaxed: "128 bits, with relaxed SIMD: one instruction multiplies and adds.",
        plain: "128 bits, without relaxed SIMD: multiplying and adding take two instructions.",
        none: "This browser’s WebAssembly has no SIMD instructions, which lucid’s wasm backend needs.",
      }[vectors],
    },
    {
      name: "Generated JavaScript",
      there: evalDirective === undefined,
      text:
        evalDirective === undefined
          ? "The page may run generated code, so the cpu backend generates its loops."
          : `The content security policy forbids running generated code, so the cpu backend interprets its expressions. It needs ${evalDirective}.`,
    },
  ];
}

const mebibytes = (bytes: number): string => `${Math.floor(bytes / 2 ** 20).toLocaleString("en")} MiB`;

/** `gpu` is undefined while the browser looks for an adapter, and null if there is none. */
function gpuLine(webGpu: boolean, gpu: GpuAbility | null | undefined): Line {
  if (!webGpu) {
    const text = "This browser has no WebGPU, or the page was not loaded over HTTPS.";
    return { name: "WebGPU", there: false, text };
  }
  if (gpu === undefined) return { name: "WebGPU", there: true, text: "Looking for an adapter …" };
  if (gpu === null) return { name: "WebGPU", there: false, text: "WebGPU found no graphics adapter." };
  const { adapter, maxBinding, maxBuffer, float16 } = gpu;
  const limits = `A kernel reads and writes up to ${mebibytes(maxBinding)} in one buffer; a buffer has up to ${mebibytes(maxBuffer)}.`;
  const halves = `Its shaders ${float16 ? "compute" : "do not compute"} in float16.`;
  return { name: "WebGPU", there: true, text: `Adapter: ${adapter}. ${limits} ${halves}` };
}

export function Abilities({ ability }: { readonly ability: Ability }): JSX.Element {
  const gpu = useSignal<GpuAbility | null | undefined>(undefined);
  useEffect(() => {
    void findGpu().then((found) => {
      gpu.value = found ?? null;
    });
  }, []);
  return (
    <dl class="backends-abilities">
      {[...lines(ability), gpuLine(ability.webGpu, gpu.value)].map(({ name, there, text }) => (
        <div key={name}>
          <dt>
            <span class={there ? "backends-yes" : "backends-no"} aria-hidden="true">
              {there ? "✓" : "✕"}
            </span>
            {name}
            <span class="visually-hidden">{there ? ": yes" : ": no"}</span>
          </dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}
