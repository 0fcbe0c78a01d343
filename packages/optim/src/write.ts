/**
 * Writing into many tensors, one after another.
 *
 * @module
 */

/**
 * Calls `write` for every position from 0. If it throws after others have been written, it is called once more for the same
 * position: a kernel that fails has changed nothing.
 *
 * @param interrupted - called with the number of positions that were written, where the second call throws as well.
 */
export function writeEach(
  count: number,
  write: (position: number) => void,
  interrupted?: (written: number) => void,
): void {
  let done = 0;
  const goOn = (): void => {
    for (; done < count; done++) write(done);
  };
  try {
    goOn();
  } catch (error) {
    if (done === 0) throw error;
    try {
      goOn();
    } catch (second) {
      interrupted?.(done);
      throw second;
    }
  }
}
