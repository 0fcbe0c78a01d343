/**
 * A list of what a nursery holds, ordered by age. Eviction begins with the oldest items.
 *
 * @module
 */

/** Neighbours by age. */
export interface Aging<Item> {
  older: Item | undefined;
  newer: Item | undefined;
}

/** A list from the oldest to the newest, in which an item can leave from anywhere. */
export class ByAge<Item extends Aging<Item>> {
  #oldest: Item | undefined;
  #newest: Item | undefined;

  /** Adds an item as the newest. */
  append(item: Item): void {
    item.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = item;
    else this.#newest.newer = item;
    this.#newest = item;
  }

  remove(item: Item): void {
    const { older, newer } = item;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    item.older = undefined;
    item.newer = undefined;
  }

  /** Makes an item the newest. */
  renew(item: Item): void {
    this.remove(item);
    this.append(item);
  }

  /** Calls `visit` with every item, oldest first; it may remove the one that it is given. */
  each(visit: (item: Item) => void): void {
    let item = this.#oldest;
    while (item !== undefined) {
      const following: Item | undefined = item.newer;
      visit(item);
      item = following;
    }
  }

  /**
   * Calls `evict` with every item, oldest first, and then once more with `forced` set, until it returns an answer.
   * `evict` may remove or renew the item that it is given, and no other.
   */
  sweep<Answer>(evict: (item: Item, forced: boolean) => Answer | undefined): Answer | undefined {
    for (let turn = 0; turn < 2; turn++) {
      const last = this.#newest;
      let item = this.#oldest;
      while (item !== undefined) {
        const following: Item | undefined = item === last ? undefined : item.newer;
        const answer = evict(item, turn === 1);
        if (answer !== undefined) return answer;
        item = following;
      }
    }
    return undefined;
  }
}
