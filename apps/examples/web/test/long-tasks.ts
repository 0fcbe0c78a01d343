/**
 * The long tasks of a page's main thread, judged without a clock. A task is measured in units: a unit is a fixed piece of
 * work that runs on the same thread at about the same time. A slow or busy machine makes both slower.
 */
import type { Page } from "playwright-core";

/** A longer task makes the page feel slow. Ten units take 50 ms on a machine of 2026. */
const LONGEST = 10;

/** The name of the mark that each unit leaves in the trace. */
const UNIT = "unit of work";

/** The fields that a trace of Chromium has for each event, as far as they are used here. */
interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** The times when the event began, and how long it lasted, in microseconds. */
  readonly ts: number;
  readonly dur?: number;
  /** The processor time of the thread in microseconds. */
  readonly tdur?: number;
  readonly args: { readonly src_file?: string; readonly src_func?: string };
}

/** Starts to observe the main thread of the page. The returned function stops, and describes each long task since then. */
export async function watchTasks(page: Page): Promise<() => Promise<readonly string[]>> {
  // The first units are slower, because their code has not been compiled yet. They are not part of the trace.
  await page.evaluate(`globalThis.workAUnit = ${unitOfWork}`);
  await work(page, 20);
  const session = await page.context().browser()!.newBrowserCDPSession();
  const events: TraceEvent[] = [];
  session.on("Tracing.dataCollected", ({ value }) => {
    events.push(...(value as unknown as TraceEvent[]));
  });
  await session.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: { includedCategories: ["toplevel", "blink.user_timing"], excludedCategories: ["*"] },
  });
  await work(page, 2);
  const timer = await page.evaluate(
    (unit) => setInterval(() => globalThis.workAUnit(unit), 250) as unknown as number,
    UNIT,
  );
  return async () => {
    await page.evaluate((id) => clearInterval(id), timer);
    await work(page, 2);
    const complete = new Promise((resolve) => session.once("Tracing.tracingComplete", resolve));
    await session.send("Tracing.end");
    await complete;
    await session.detach();
    return judge(events);
  };
}

declare global {
  var workAUnit: (mark: string) => void;
}

/** In the page: one unit of work, about 5 ms. */
function unitOfWork(mark: string): void {
  performance.mark(mark);
  let seed = 1;
  const rows: { value: number; text: string }[] = [];
  for (let i = 0; i < 4000; i++) {
    seed = (seed * 16807) % 2147483647;
    rows.push({ value: seed, text: seed.toString(36) });
  }
  rows.sort((a, b) => a.value - b.value);
  JSON.parse(JSON.stringify(rows));
}

/** Lets the page work the given number of units, each in a task of its own. */
async function work(page: Page, units: number): Promise<void> {
  await page.evaluate(
    async ([count, unit]) => {
      for (let i = 0; i < count; i++) {
        await new Promise<void>((resolve) => {
          setTimeout(() => {
            globalThis.workAUnit(unit);
            resolve();
          });
        });
      }
    },
    [units, UNIT] as const,
  );
}

function judge(events: readonly TraceEvent[]): readonly string[] {
  const marks = events.filter(({ name }) => name === UNIT);
  if (marks.length === 0) throw new Error("The trace holds no unit of work: it would not show a long task.");
  // Chromium has pages of its own in other processes. Only the thread where the units ran is the page's main thread.
  const { pid, tid } = marks[0]!;
  const tasks = events
    .filter((event) => event.name.endsWith("RunTask") && event.pid === pid && event.tid === tid)
    .sort((a, b) => a.ts - b.ts);
  const isUnit = ({ ts, dur = 0 }: TraceEvent): boolean => marks.some((mark) => ts <= mark.ts && mark.ts <= ts + dur);
  const units = tasks.filter(isUnit);
  const long: string[] = [];
  for (const task of tasks) {
    // Every ten seconds Chromium gives back the memory of each process, in a task that the page has no part in.
    if (isUnit(task) || task.args.src_file?.startsWith("base/allocator/")) continue;
    // The machine is not equally busy all the time: the slowest of the two units before and the two after the task counts.
    const before = units.filter(({ ts }) => ts < task.ts).length;
    const unit = Math.max(...units.slice(Math.max(0, before - 2), before + 2).map(({ tdur = 0 }) => tdur));
    const { tdur = 0, args } = task;
    if (tdur <= LONGEST * unit) continue;
    long.push(
      `${(tdur / 1000).toFixed(1)} ms, a unit ${(unit / 1000).toFixed(1)} ms: ${args.src_file} ${args.src_func}`,
    );
  }
  return long;
}
