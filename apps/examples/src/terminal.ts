/** What the demo knows about the terminal it prints to. */
import colors from "picocolors";
import wrapAnsi from "wrap-ansi";

/** How the demo may print. */
export interface Terminal {
  readonly columns: number;
  /** False in pipes and where the variable NO_COLOR is set. */
  readonly colour: boolean;
}

const WIDEST = 100;
const NARROWEST = 32;

/** The terminal, or the file or pipe, that the process prints to. */
export function thisTerminal(): Terminal {
  const columns = process.stdout.columns ?? (Number(process.env.COLUMNS) || 80);
  // picocolors also prints colours into pipes where the variable CI is set.
  const colour = colors.isColorSupported && (process.stdout.isTTY || process.env.FORCE_COLOR !== undefined);
  return { columns: Math.max(NARROWEST, Math.min(WIDEST, columns)), colour };
}

/** Breaks lines that are longer than the terminal is wide. The parts of a broken line are indented a little more than it. */
export function wrapped(text: string, { columns }: Terminal): string {
  return text
    .split("\n")
    .map((line) => {
      if (line.length <= columns) return line;
      const indent = /^ */.exec(line)![0];
      const room = columns - indent.length - 2;
      const [first, ...rest] = wrapAnsi(line.trim(), room, { hard: true }).split("\n");
      return [indent + first, ...rest.map((part) => `${indent}  ${part}`)].join("\n");
    })
    .join("\n");
}

/** `name   value` on one line, or the value on lines of its own where that does not fit. */
export function field(name: string, value: unknown, terminal: Terminal): string {
  const line = `  ${name.padEnd(14)} ${value}`;
  return line.length <= terminal.columns ? line : wrapped(`  ${name}\n    ${value}`, terminal);
}

/** A heading with a rule that fills the line. */
export function heading(text: string, terminal: Terminal): string {
  const start = wrapped(`── ${text}`, terminal);
  const last = start.slice(start.lastIndexOf("\n") + 1);
  return `${start} ${"─".repeat(Math.max(0, Math.min(80, terminal.columns) - last.length - 1))}`.trimEnd();
}
