/**
 * Gives every class of a package its name as a static field, when the package is built: `class Linear extends Module` gets
 * `static name = "Linear"`. A minifier renames classes, and `String(model)` and errors would print what it chose. It keeps
 * strings, and bundlers still drop classes that nobody uses.
 */
import type { Plugin } from "rolldown";
import { type ESTree, parseSync, Visitor } from "rolldown/utils";

/** JavaScript in which each class has its name as a static field. No line is added, so that source maps stay right. */
export function withClassNames(code: string): string {
  const places: { readonly at: number; readonly name: string }[] = [];
  const add = (name: string, body: ESTree.ClassBody): void => {
    // Rolldown writes `X$1` where two modules of a chunk have a class X.
    if (!body.body.some(isStaticName)) places.push({ at: body.start + 1, name: name.replace(/\$\d+$/, "") });
  };
  const visitor = new Visitor({
    ClassDeclaration({ id, body }) {
      if (id !== null) add(id.name, body);
    },
    VariableDeclarator({ id, init }) {
      if (id.type === "Identifier" && init?.type === "ClassExpression") add(id.name, init.body);
    },
  });
  visitor.visit(parseSync("chunk.js", code).program);
  let text = code;
  for (const { at, name } of places.sort((a, b) => b.at - a.at)) {
    text = `${text.slice(0, at)} static name = ${JSON.stringify(name)};${text.slice(at)}`;
  }
  return text;
}

const isStaticName = (member: ESTree.ClassElement): boolean =>
  (member.type === "PropertyDefinition" || member.type === "MethodDefinition") &&
  member.static &&
  member.key.type === "Identifier" &&
  member.key.name === "name";

export const classNames: Plugin = {
  name: "class-names",
  renderChunk: (code) => ({ code: withClassNames(code), map: null }),
};
