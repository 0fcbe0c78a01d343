import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

/** The width of an element in pixels, as it changes. */
export function useWidth(element: RefObject<Element | null>, before: number): number {
  const width = useSignal(before);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      const now = Math.round(entry!.contentRect.width);
      if (now > 0) width.value = now;
    });
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, [element, width]);
  return width.value;
}
