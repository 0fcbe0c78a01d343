/** TypeScript 5's language service, which editors ask through tsserver. */
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import ts from "typescript-5.6";
import { type Answer, type Ask, positionsOf } from "./answers.js";

const text = (parts: readonly ts.SymbolDisplayPart[] | undefined): string =>
  (parts ?? []).map((part) => part.text).join("");

export const askTypeScript5: Ask = async ({ program, text: source, changed }, calls) => {
  const folder = dirname(program);
  const read = (file: string): string | undefined =>
    file === program ? source : (changed.get(file) ?? ts.sys.readFile(file));
  const { config } = ts.parseConfigFileTextToJson("tsconfig.json", readFileSync(`${folder}/tsconfig.json`, "utf8"));
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, folder);
  const service = ts.createLanguageService({
    ...ts.sys,
    useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
    getCompilationSettings: () => options,
    getScriptFileNames: () => [program],
    getScriptVersion: () => "1",
    getScriptSnapshot(file) {
      const content = read(file);
      return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
    },
    getCurrentDirectory: () => folder,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    readFile: read,
  });
  const errors = service.getSemanticDiagnostics(program).map(({ messageText }) => messageText);
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  const answers = new Map<string, Answer>();
  for (const call of calls) {
    const { name, open } = positionsOf(source, call);
    const hover = service.getQuickInfoAtPosition(program, name);
    const help = service.getSignatureHelpItems(program, open, undefined);
    answers.set(call, {
      hover: `${text(hover?.displayParts)}\n${text(hover?.documentation)}`,
      signatures: (help?.items ?? []).map((item) => ({
        label:
          text(item.prefixDisplayParts) +
          item.parameters.map(({ displayParts }) => text(displayParts)).join(text(item.separatorDisplayParts)) +
          text(item.suffixDisplayParts),
        documentation: text(item.documentation),
      })),
    });
  }
  service.dispose();
  return answers;
};
