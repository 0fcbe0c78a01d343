/**
 * How a matrix product is divided among invocations.
 *
 * @module
 */
import { remember } from "@lucid/backend/kit";
import type { Tile, Tuning } from "../../tuning.js";

/** The division of a product. */
export interface Division {
  readonly tile: Tile;
  /** Whether rows and columns are exchanged: the transposed product is computed. */
  readonly transposed: boolean;
  /** Into so many parts the sums are divided. Each part has its own invocations, and a second kernel adds them. */
  readonly parts: number;
  /** Factors in one part. */
  readonly depth: number;
}

/** The sizes of a product, and how its factors lie in memory. */
export interface ProductSizes {
  /** The number of products of the batch. */
  readonly products: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Whether successive columns of b, and successive rows of a, are neighbours in memory. */
  readonly columnsOfB: boolean;
  readonly rowsOfA: boolean;
}

/** A part has at least so many factors. */
const LEAST_DEPTH = 32;
const MOST_PARTS = 64;
/** The transposed product has to be faster by this factor, so that there are fewer kernels to compile. */
const WORTH_TRANSPOSING = 1.3;

/** Makes the function that finds the cheapest division of a product. */
export function createDivisions(tuning: Tuning): (sizes: ProductSizes) => Division {
  const known = new Map<string, Division>();
  return (sizes) => {
    const { products, m, n, k, columnsOfB, rowsOfA } = sizes;
    const key = `${products}|${m}|${n}|${k}|${columnsOfB ? 1 : 0}${rowsOfA ? 1 : 0}`;
    return known.get(key) ?? remember(known, key, cheapest(tuning, sizes));
  };
}

function cheapest(tuning: Tuning, { products, m, n, k, columnsOfB, rowsOfA }: ProductSizes): Division {
  let best: Division | undefined;
  let least = Infinity;
  for (const transposed of [false, true]) {
    const [height, width] = transposed ? [n, m] : [m, n];
    const isScattered = !(transposed ? rowsOfA : columnsOfB);
    for (const tile of tuning.tiles) {
      const { rows, columns } = tile;
      const tiles = products * Math.ceil(height / rows) * Math.ceil(width / (columns * tuning.lanes)) * tuning.lanes;
      const each = timeOfStep(tuning, tile, isScattered);
      for (let parts = 1; parts <= MOST_PARTS && (parts === 1 || k / parts >= LEAST_DEPTH); parts *= 2) {
        const depth = parts === 1 ? k : Math.ceil(k / parts / 8) * 8;
        const work = depth * each + rows * columns * tuning.load;
        let time = Math.max(1, (tiles * parts) / tuning.invocations) * work;
        if (parts > 1) {
          time += tuning.dispatch + (products * m * n * (parts + 1) * tuning.load) / tuning.invocations;
        }
        if (transposed) time *= WORTH_TRANSPOSING;
        if (time >= least) continue;
        least = time;
        best = { tile, transposed, parts: Math.max(1, Math.ceil(k / Math.max(depth, 1))), depth };
      }
    }
  }
  return best!;
}

/** The time that one invocation takes for one factor of every sum. */
function timeOfStep(tuning: Tuning, { rows, columns, shares }: Tile, isScattered: boolean): number {
  const { load, scattered, multiply, broadcast, lanes } = tuning;
  const columnLoads = columns * load * (isScattered ? scattered : 1);
  const rowLoads = shares ? (rows * load) / lanes + rows * broadcast : rows * load;
  return columnLoads + rowLoads + rows * columns * multiply;
}
