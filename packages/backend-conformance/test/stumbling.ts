/** A member of a backend that has a fault. It stands outside of `src/`, because reports pass over lines of the suite itself. */
export function stumblingScan(): void {
  (undefined as unknown as () => void)();
}
