/** The modules that `scripts/documentation-plugin.ts` provides. */
declare module "virtual:documentation" {
  export const examples: readonly import("./example.js").DocumentationExample[];
}

declare module "virtual:documentation/code" {
  export const code: Readonly<
    Record<
      string,
      {
        readonly compiled: import("documentation/compile").Compiled;
        readonly executable: import("documentation/run").Executable;
      }
    >
  >;
}

declare module "virtual:documentation/packages" {
  /** Loads an entry of a package, by the name under which code imports it. */
  export const entries: Readonly<Record<string, () => Promise<Readonly<Record<string, unknown>>>>>;
}
