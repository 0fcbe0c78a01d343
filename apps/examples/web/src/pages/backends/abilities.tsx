/** What browser and page allow, in words. */
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
        ? `The page is cross-origin isolated, so threads can share memory. ${cores} cores.`
        : `The page is not cross-origin isolated, so memory cannot be shared. It would take the headers ${HEADERS}.`,
    },
    {
      name: "WebAssembly",
      there: webAssembly && wasmDirective === undefined,
      text: !webAssembly
        ? "This browser has none."
        : wasmDirective === undefined
          ? "It may be compiled at run time: lucid makes its kernels as they are needed."
          : `The content security policy forbids to compile it. It would take ${wasmDirective}.`,
    },
    {
      name: "Vectors",
      there: vectors !== "none",
      text: {
        relaxed: "128 bits, with relaxed SIMD: a multiplication and an addition in one instruction.",
        plain: "128 bits, without relaxed SIMD: products are multiplied and added one after the other.",
        none: "This browser’s WebAssembly has no SIMD, without which lucid’s does not work.",
      }[vectors],
    },
    {
      name: "Generated JavaScript",
      there: evalDirective === undefined,
      text:
        evalDirective === undefined
          ? "Text may be run as code, so the cpu backend generates its loops."
          : `The content security policy forbids to run text as code, so the cpu backend interprets its expressions. It would take ${evalDirective}.`,
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
