/**
 * The `#private` members that the instances of a class have. Only the class itself can reach them, so that nothing else
 * can copy them.
 *
 * @module
 */

/** Comments, strings and templates, in which a `#` begins no name. */
const NO_CODE = /\/\*[\s\S]*?\*\/|\/\/.*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g;
/** What stands where a member is declared: a line or a statement begins, a method or a block has ended. */
const DECLARED =
  /(?:^|[{};\n])\s*((?:static\s+)?)(?:(?:async|get|set)\s+)?\*?\s*#([\p{L}_$][\p{L}\p{N}_$]*)\s*(?=[=;({}\n])/gu;

const known = new WeakMap<object, string | undefined>();

/** The name of a private member that the class itself declares, or undefined. Only the source of the class tells. */
function declaredBy(owner: object): string | undefined {
  if (known.has(owner)) return known.get(owner);
  const source = Function.prototype.toString.call(owner).replace(NO_CODE, '""');
  let found: string | undefined;
  if (source.startsWith("class")) {
    for (const [, isStatic, name] of source.matchAll(DECLARED)) if (isStatic === "") found ??= `#${name}`;
  }
  known.set(owner, found);
  return found;
}

/** The class that gives an object a private member, and the name of the member; undefined if there is none. */
export function privateMember(instance: object): readonly [owner: string, member: string] | undefined {
  let prototype: unknown = Object.getPrototypeOf(instance);
  while (typeof prototype === "object" && prototype !== null) {
    const owner: unknown = Object.hasOwn(prototype, "constructor") ? prototype.constructor : undefined;
    const member = typeof owner === "function" ? declaredBy(owner) : undefined;
    if (member !== undefined) return [(owner as { readonly name: string }).name, member];
    prototype = Object.getPrototypeOf(prototype);
  }
  return undefined;
}
