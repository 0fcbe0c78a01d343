import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { theme } from "../../ui/theme.js";
import { PIXELS, SIZE } from "./raster.js";

/** An image of SIZE × SIZE pixels with a transparent background. The element around it has to name it for screen readers. */
export function Bitmap({ pixels, start = 0 }: { readonly pixels: Float32Array; readonly start?: number }): JSX.Element {
  const element = useRef<HTMLCanvasElement>(null);
  const { ink } = theme.value;
  useEffect(() => {
    const context = element.current!.getContext("2d")!;
    const image = context.createImageData(SIZE, SIZE);
    for (let i = 0; i < PIXELS; i++) image.data[4 * i + 3] = 255 * pixels[start + i]!;
    context.globalCompositeOperation = "source-over";
    context.putImageData(image, 0, 0);
    // Gives all ink the theme's colour.
    context.globalCompositeOperation = "source-in";
    context.fillStyle = ink;
    context.fillRect(0, 0, SIZE, SIZE);
  }, [pixels, start, ink]);
  return <canvas ref={element} class="digits-bitmap" width={SIZE} height={SIZE} />;
}
