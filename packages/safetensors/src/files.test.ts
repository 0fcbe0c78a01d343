import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BackendError, LucidError } from "@lucid/backend";
import { createCpuBackend } from "@lucid/backend-cpu";
import { Linear, ReLU, Sequential } from "@lucid/nn";
import { manualSeed, ones, rand, setDefaultBackend, type Tensor, tensor } from "@lucid/tensor";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { blobSource, load, open, openSafetensors, openShards, save, serialize, urlSource } from "./index.js";

let folder: string;
beforeAll(() => {
  setDefaultBackend(createCpuBackend);
  folder = mkdtempSync(join(tmpdir(), "lucid-safetensors-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const lists = (state: Readonly<Record<string, Tensor>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(state).map(([name, x]) => [name, x.tolist()]));

describe("save and load", () => {
  it("a module in one line each", async () => {
    manualSeed(1);
    const model = new Sequential(new Linear(3, 4), new ReLU(), new Linear(4, 2));
    const path = join(folder, "model.safetensors");
    await save(path, model);
    manualSeed(2);
    const other = new Sequential(new Linear(3, 4), new ReLU(), new Linear(4, 2));
    other.loadStateDict(await load(path));
    const x = rand(5, 3);
    expect(other(x).tolist()).toEqual(model(x).tolist());
    expect(readFileSync(path)).toEqual(Buffer.from(await serialize(model)));
  });

  it("an interrupted save leaves the old file, and no other", async () => {
    const path = join(folder, "kept.safetensors");
    await save(path, { a: tensor([1]) });
    const before = readdirSync(folder).sort();
    const gone = ones([100]);
    const saving = save(path, { a: tensor([2], { dtype: "float64" }), b: gone });
    gone.dispose();
    await expect(saving).rejects.toThrow(LucidError);
    expect(lists(await load(path))).toEqual({ a: [1] });
    expect(readdirSync(folder).sort()).toEqual(before);
    await save(path, { a: tensor([3]) });
    expect(lists(await load(path))).toEqual({ a: [3] });
  });

  it("give the system's errors, and check their arguments", async () => {
    await expect(load(join(folder, "missing.safetensors"))).rejects.toThrow("ENOENT");
    await expect(save(join(folder, "missing", "x.safetensors"), { a: tensor([1]) })).rejects.toThrow("ENOENT");
    await expect(load("")).rejects.toThrow("the path is");
    await expect(save(3 as never, {})).rejects.toThrow("the path is 3");
    await expect(save("x", { a: tensor([1]) }, { maxShard: 1 } as never)).rejects.toThrow("maxShardBytes");
    writeFileSync(join(folder, "broken.safetensors"), "no weights");
    await expect(load(join(folder, "broken.safetensors"))).rejects.toThrow("no safetensors file");
  });

  it("only read what is asked for: a file larger than what is read stays on the disk", async () => {
    const path = join(folder, "large.safetensors");
    await save(path, { large: ones([1000, 1000]), small: tensor([1, 2]) });
    const file = await open(path);
    expect((await file.rows("large", 999, 1000)).shape).toEqual([1, 1000]);
    expect((await file.tensor("small")).tolist()).toEqual([1, 2]);
    await file.close();
    await expect(file.tensor("small")).rejects.toThrow();
  });
});

describe("shards", () => {
  const state = (): Record<string, Tensor> => ({
    a: tensor([1, 2, 3, 4]),
    b: tensor([5, 6]),
    c: tensor([7, 8, 9, 10, 11, 12]),
    d: tensor([13]),
  });

  it("are written with an index, and read by it", async () => {
    const path = join(folder, "sharded.safetensors");
    await save(path, state(), { maxShardBytes: 24 });
    const index = JSON.parse(readFileSync(`${path}.index.json`, "utf8")) as unknown;
    const [one, two, three] = [1, 2, 3].map((i) => `sharded-0000${i}-of-00003.safetensors`);
    expect(index).toEqual({
      metadata: { format: "pt", total_size: 52 },
      weight_map: { a: one, b: one, c: two, d: three },
    });
    expect(lists(await load(`${path}.index.json`))).toEqual(lists(state()));
    const file = await open(`${path}.index.json`);
    expect(file.names).toEqual(["a", "b", "c", "d"]);
    expect(file.info("c")!.shape).toEqual([6]);
    expect((await file.rows("c", 4, 6)).tolist()).toEqual([11, 12]);
    await expect(file.tensor("e")).rejects.toThrow('there is no tensor "e"');
    await file.close();
  });

  it("are refused if the index reaches elsewhere, or names what is not there", async () => {
    const never = async (): Promise<never> => {
      throw new Error("opened");
    };
    for (const file of ["../secret.safetensors", "/etc/passwd", "a\\b", "..", ""]) {
      await expect(openShards(JSON.stringify({ weight_map: { a: file } }), never)).rejects.toThrow("beside its index");
    }
    await expect(openShards("{}", never)).rejects.toThrow("no weight_map");
    await expect(openShards("{", never)).rejects.toThrow("not JSON");
    const index = JSON.stringify({ weight_map: { z: "1.safetensors" } });
    const openOne = async () => openSafetensors(await serialize(state()));
    await expect(openShards(index, openOne)).rejects.toThrow('1.safetensors has no tensor "z"');
  });

  it("are closed if one of them cannot be opened", async () => {
    const closed: string[] = [];
    const index = JSON.stringify({ weight_map: { a: "1.safetensors", b: "2.safetensors" } });
    const openOne = async (file: string): Promise<Awaited<ReturnType<typeof openSafetensors>>> => {
      if (file === "2.safetensors") throw new Error("missing");
      const bytes = await serialize(state());
      const read = async (begin: number, end: number): Promise<Uint8Array> => bytes.slice(begin, end);
      return await openSafetensors({ length: bytes.length, read, close: async () => void closed.push(file) });
    };
    await expect(openShards(index, openOne)).rejects.toThrow("missing");
    expect(closed).toEqual(["1.safetensors"]);
  });
});

describe("sources", () => {
  let server: Server;
  let address: string;
  let bytes: Uint8Array;
  const requests: (string | undefined)[] = [];
  beforeAll(async () => {
    bytes = await serialize({ a: tensor([1, 2]), b: ones([500]) });
    server = createServer(({ url, headers }, response) => {
      const range = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? "");
      requests.push(headers.range);
      if (url === "/missing") response.writeHead(404).end();
      else if (url === "/whole" || range === null) response.end(bytes);
      else {
        const [begin, end] = [Number(range[1]), Number(range[2]) + 1];
        response.writeHead(206, { "Content-Range": `bytes ${begin}-${end - 1}/${bytes.length}` });
        response.end(bytes.subarray(begin, url === "/short" && begin > 100 ? end - 1 : end));
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  it("a server that sends ranges sends only what is asked for", async () => {
    requests.length = 0;
    const file = await openSafetensors(await urlSource(`${address}/ranges`));
    expect((await file.tensor("a")).tolist()).toEqual([1, 2]);
    const start = bytes.length - 2008;
    expect(requests).toEqual(["bytes=0-7", "bytes=0-7", `bytes=8-${start - 1}`, `bytes=${start}-${start + 7}`]);
  });

  it("a server that does not is asked once", async () => {
    requests.length = 0;
    const file = await openSafetensors(await urlSource(new URL(`${address}/whole`)));
    expect((await file.tensor("a")).tolist()).toEqual([1, 2]);
    expect(requests).toHaveLength(1);
  });

  it("a server's errors are named", async () => {
    await expect(urlSource(`${address}/missing`)).rejects.toThrow(BackendError);
    await expect(urlSource(`${address}/missing`)).rejects.toThrow("status 404");
    const file = await openSafetensors(await urlSource(`${address}/short`));
    await expect(file.tensor("b")).rejects.toThrow("1999 bytes instead of 2000");
  });

  it("a Blob is read in parts", async () => {
    const file = await openSafetensors(blobSource(new Blob([bytes as Uint8Array<ArrayBuffer>])));
    expect((await file.tensor("a")).tolist()).toEqual([1, 2]);
    expect(() => blobSource({} as never)).toThrow("it is a Blob");
  });
});
