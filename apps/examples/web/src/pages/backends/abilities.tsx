/** What the browser and the page allow. */
import type { JSX } from "preact";
import { type Ability, HEADERS } from "./ability.js";

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

export function Abilities({ ability }: { readonly ability: Ability }): JSX.Element {
  return (
    <dl class="backends-abilities">
      {lines(ability).map(({ name, there, text }) => (
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
