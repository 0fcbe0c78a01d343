/** A Vite plugin that keeps what the bundler knows of its chunks, for `measure.ts`. */
import type { Plugin } from "vite";

/** A file of JavaScript, and what it makes the browser load. */
export interface Chunk {
  readonly file: string;
  /** The module it was made for: a page, a worker, a module imported later. */
  readonly made: string | undefined;
  readonly imports: readonly string[];
  readonly dynamicImports: readonly string[];
  readonly styles: readonly string[];
  /** How many bytes of it come from lucid's packages, and from all modules, before it was minified. */
  readonly lucid: number;
  readonly all: number;
}

/** Writes `<name>-….chunks.json` among the assets: one file per build, and every worker is a build. */
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
