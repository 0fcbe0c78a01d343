/**
 * Writes the declarations of `@lucid/tensor`'s methods: what `src/method-types.ts` derives from the operations, as members
 * of interfaces, one by one. Editors show documentation for such members, and none for those of mapped types. Each has the
 * documentation of its operation and one signature per way to call it; a declaration map leads to the operation's source.
 *
 *   tsx tools/method-declarations.ts packages/tensor
 */
import { writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript-5.6";
import { encodeMappings, type Mapping } from "./source-map.js";

/** The declarations and their source map. */
export interface MethodDeclarations {
  readonly text: string;
  readonly map: string;
}

/** One way to call an operation: the text of its parameters, of which the tensor is the first, and of its result. */
interface CallForm {
  readonly parameters: readonly string[];
  readonly result: string;
  readonly documentation: string;
}

interface Member {
  readonly name: string;
  readonly forms: readonly CallForm[];
  readonly declaration: ts.Declaration;
}

const IN_PLACE = "Writes the result into this tensor, and returns the tensor. Without the final `_`, it is a new one:";
const TYPE_FORMAT =
  ts.TypeFormatFlags.NoTruncation |
  ts.TypeFormatFlags.UseFullyQualifiedType |
  ts.TypeFormatFlags.WriteArrowStyleSignature;

/** Makes the declarations of the methods for the package in a folder. */
export function methodDeclarations(packageFolder: string): MethodDeclarations {
  const folder = join(packageFolder, "src");
  const program = ts.createProgram([join(folder, "operations/index.ts")], {
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    lib: ["lib.es2022.d.ts", "lib.esnext.disposable.d.ts"],
    types: [],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    customConditions: ["@lucid/source"],
  });
  const checker = program.getTypeChecker();
  const imports = new Map<string, Set<string>>();

  /** The text of a type, and imports for the names in it. */
  function textOf(type: ts.Type): string {
    const text = checker.typeToString(type, undefined, TYPE_FORMAT);
    return text.replace(/import\("([^"]+)"[^)]*\)\.(\w+)/g, (_, path: string, name: string) => {
      const inside = relative(folder, path);
      const from = inside.startsWith("..")
        ? `@lucid/${relative(dirname(packageFolder), path).split(/[\\/]/)[0]}`
        : `./${inside}.js`;
      imports.set(from, (imports.get(from) ?? new Set()).add(name));
      return name;
    });
  }

  function parameter(name: string, type: ts.Type, optional: boolean): string {
    const text = textOf(type);
    return optional ? `${name}?: ${text.replace(/ \| undefined$/, "")}` : `${name}: ${text}`;
  }

  /** The parameters that a rest parameter stands for. A union of tuples gives one list for each member. */
  function spread(name: string, type: ts.Type): readonly (readonly string[])[] {
    if (type.isUnion()) return type.types.flatMap((member) => spread(name, member));
    if (!checker.isTupleType(type)) return [[`...${name}: ${textOf(type)}`]];
    const { elementFlags, labeledElementDeclarations } = (type as ts.TupleTypeReference).target;
    return [
      checker.getTypeArguments(type as ts.TupleTypeReference).map((element, i) => {
        const label = labeledElementDeclarations?.[i]?.name.getText() ?? `${name}${i}`;
        if (elementFlags[i] & ts.ElementFlags.Variable) return `...${label}: readonly (${textOf(element)})[]`;
        return parameter(label, element, (elementFlags[i] & ts.ElementFlags.Optional) !== 0);
      }),
    ];
  }

  function parametersOf(signature: ts.Signature): readonly (readonly string[])[] {
    let lists: readonly (readonly string[])[] = [[]];
    for (const symbol of signature.parameters) {
      const type = checker.getTypeOfSymbol(symbol);
      const declaration = symbol.valueDeclaration as ts.ParameterDeclaration;
      const more =
        declaration.dotDotDotToken === undefined
          ? [[parameter(symbol.name, type, checker.isOptionalParameter(declaration))]]
          : spread(symbol.name, type);
      lists = lists.flatMap((list) => more.map((rest) => [...list, ...rest]));
    }
    return lists;
  }

  /** The type of the result. It is `this` if the operation returns the type of its first parameter. */
  function resultOf(name: string, signature: ts.Signature): string {
    const result = textOf(checker.getReturnTypeOfSignature(signature));
    const [open, ...others] = signature.typeParameters ?? [];
    if (open === undefined) return result;
    if (others.length > 0 || checker.getTypeOfSymbol(signature.parameters[0]) !== open) {
      throw new Error(`${name}: a method has no type parameters but that of its tensor`);
    }
    return result.replace(new RegExp(`\\b${open.symbol.name}\\b`, "g"), "this");
  }

  function formsOf(name: string, symbol: ts.Symbol, signatures: readonly ts.Signature[]): readonly CallForm[] {
    const general = (symbol.declarations ?? []).map(documentationOf).find((text) => text !== "") ?? "";
    if (general === "") throw new Error(`${name} has no documentation`);
    return signatures.flatMap((signature) => {
      const { declaration } = signature;
      const own = ts.isFunctionDeclaration(declaration!) ? documentationOf(declaration) : "";
      const result = resultOf(name, signature);
      const documentation = own === "" ? general : own;
      return parametersOf(signature).map((parameters) => ({ parameters, result, documentation }));
    });
  }

  const tensorMembers: Member[] = [];
  const formulaMembers: Member[] = [];
  const module = checker.getSymbolAtLocation(program.getSourceFile(join(folder, "operations/index.ts"))!)!;
  for (const exported of checker.getExportsOfModule(module)) {
    const { name } = exported;
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const declaration = symbol.valueDeclaration;
    if (declaration === undefined) continue;
    const type = checker.getTypeOfSymbol(symbol);
    const forms = formsOf(name, symbol, type.getCallSignatures());
    if (type.getProperty("operation") === undefined) {
      tensorMembers.push({ name, forms, declaration });
      continue;
    }
    const ofTensors = forms.filter(({ result }) => result === "Tensor");
    const inPlace = ofTensors.map(({ parameters, documentation }) => ({
      parameters,
      result: "this",
      documentation: documentation.replace(/^\/\*\*\s*(\* )?/, `/**\n * ${IN_PLACE}\n *\n * `),
    }));
    tensorMembers.push({ name, forms: ofTensors, declaration }, { name: `${name}_`, forms: inPlace, declaration });
    formulaMembers.push({ name, forms: forms.filter(({ result }) => result === "Formula"), declaration });
  }

  const body: string[] = [];
  const mappings: Mapping[] = [];
  const sources: string[] = [];
  const write = (text: string): void => void body.push(...text.split("\n"));
  const writeInterface = (name: string, documentation: string, members: readonly Member[]): void => {
    write(`/** ${documentation} */\nexport interface ${name} {`);
    for (const member of members) {
      for (const form of member.forms) {
        write(form.documentation.replace(/^ ?/gm, "  ").replace(/^ {2}\*/gm, "   *"));
        const file = member.declaration.getSourceFile();
        const source = relative(join(packageFolder, "dist"), file.fileName);
        if (!sources.includes(source)) sources.push(source);
        const at = file.getLineAndCharacterOfPosition((ts.getNameOfDeclaration(member.declaration) ?? file).getStart());
        mappings.push({ line: body.length, column: 2, source: sources.indexOf(source), at });
        write(`  ${member.name}(${form.parameters.slice(1).join(", ")}): ${form.result};`);
      }
    }
    write("}");
  };
  writeInterface("TensorMethods", "The methods that tensors have of the operations.", tensorMembers);
  writeInterface("FormulaMethods", "The methods that formulas have of the element-wise operations.", formulaMembers);
  const head = [...imports].map(([from, names]) => `import type { ${[...names].sort().join(", ")} } from "${from}";`);
  const moved = mappings.map((mapping) => ({ ...mapping, line: mapping.line + head.length }));
  return {
    text: [...head, ...body, "//# sourceMappingURL=method-types.d.ts.map", ""].join("\n"),
    map: JSON.stringify({ version: 3, file: "method-types.d.ts", sources, names: [], mappings: encodeMappings(moved) }),
  };
}

/** The comment above a declaration, unchanged. Empty if it has no text before its tags. */
function documentationOf(declaration: ts.Declaration): string {
  const comment = ts.getJSDocCommentsAndTags(declaration).filter(ts.isJSDoc).at(-1);
  return comment?.comment === undefined ? "" : comment.getText();
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const folder = resolve(process.argv[2]);
  const { text, map } = methodDeclarations(folder);
  writeFileSync(join(folder, "dist/method-types.d.ts"), text);
  writeFileSync(join(folder, "dist/method-types.d.ts.map"), map);
}
