/** A Vite plugin that writes down which chunks the bundler has made, for `measure.ts`. */
import type { Plugin } from "vite";

/** A JavaScript file, and the files that are loaded with it. */
export interface Chunk {
  readonly file: string;
  /** The module that the file was made for: a page, a worker, or a module that is imported later. */
  readonly made: string | undefined;
  readonly imports: readonly string[];
  readonly dynamicImports: readonly string[];
  readonly styles: readonly string[];
  /** The bytes from lucid's packages, and from all modules, before minification. */
  readonly lucid: number;
  readonly all: number;
}

/** Writes `<name>-….chunks.json` to the assets. Each build writes one file, and every worker is a build of its own. */
export function chunkReport(name: string): Plugin {
  return {
    name: "chunk-report",
    apply: "build",
    generateBundle(_options, bundle) {
      const chunks: Chunk[] = [];
      for (const item of Object.values(bundle)) {
        if (item.type !== "chunk") continue;
        let lucid = 0;
        let all = 0;
        for (const [id, { renderedLength }] of Object.entries(item.modules)) {
          all += renderedLength;
          if (/[\\/](packages|@lucid)[\\/]/.test(id)) lucid += renderedLength;
        }
        const { fileName, facadeModuleId, imports, dynamicImports } = item;
        const styles = [...(item.viteMetadata?.importedCss ?? [])];
        chunks.push({ file: fileName, made: facadeModuleId ?? undefined, imports, dynamicImports, styles, lucid, all });
      }
      this.emitFile({ type: "asset", name: `${name}.chunks.json`, source: JSON.stringify(chunks) });
    },
  };
}
