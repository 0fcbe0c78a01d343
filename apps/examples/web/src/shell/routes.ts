/** The pages, in the order of the navigation. The first one is shown first. */
import type { ComponentType } from "preact";

export interface Route {
  /** The address after `#/`. */
  readonly path: string;
  /** The title in the navigation and in the document's title. */
  readonly title: string;
  /** Loads the page's component, which has a chunk of its own. */
  load(): Promise<ComponentType>;
}

export const routes: readonly Route[] = [
  {
    path: "regression",
    title: "Robust regression",
    load: async () => (await import("../pages/regression/page.js")).RegressionPage,
  },
  {
    path: "digits",
    title: "Digits",
    load: async () => (await import("../pages/digits/page.js")).DigitsPage,
  },
  {
    path: "backends",
    title: "Backends",
    load: async () => (await import("../pages/backends/page.js")).BackendsPage,
  },
  {
    path: "examples",
    title: "Documentation examples",
    load: async () => (await import("../pages/examples/page.js")).ExamplesPage,
  },
];
