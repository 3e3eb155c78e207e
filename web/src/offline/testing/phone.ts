/** A phone for unit tests: one storage, one set of cookies and locks, and tabs that are opened, and killed, with the app in them. */
import { AsyncLocalStorage } from "node:async_hooks";

import { IDBFactory } from "fake-indexeddb";
import { vi } from "vitest";

import { FakeServer } from "./server";

interface Request {
  tab: string;
  name: string;
  grant: () => void;
  fail: (error: unknown) => void;
}

/** The Web Locks of one origin (exclusive ones), with the tabs that hold them. */
class FakeLocks {
  private readonly queues = new Map<string, Request[]>();
  private readonly ended = new Set<string>();
  private readonly holders = new Map<string, Request>();

  constructor(private readonly tabs: AsyncLocalStorage<string>) {}

  request<T>(name: string, options: LockOptions | ((lock: unknown) => T), given?: (lock: unknown) => T | Promise<T>): Promise<T> {
    const work = (given ?? options) as (lock: unknown) => T | Promise<T>;
    const wanted = typeof options === "function" ? {} : options;
    const tab = this.tabs.getStore() ?? "none";
    if (this.ended.has(tab)) return new Promise<T>(() => undefined);
    return new Promise<T>((settle, fail) => {
      const mine: Request = { tab, name, grant: () => queueMicrotask(() => void this.run(mine, work).then(settle, fail)), fail };
      const holder = this.holders.get(name);
      if (wanted.steal === true && holder !== undefined) {
        this.holders.delete(name);
        holder.fail(new DOMException("stolen", "AbortError"));
      } else if (holder !== undefined && wanted.ifAvailable === true) {
        return void Promise.resolve(work(null)).then(settle, fail);
      } else if (holder !== undefined) {
        this.queues.set(name, [...(this.queues.get(name) ?? []), mine]);
        wanted.signal?.addEventListener("abort", () => this.giveUp(mine));
        return;
      }
      this.holders.set(name, mine);
      mine.grant();
    });
  }

  /** A tab has ended: what it held or waited for is free. */
  end(tab: string): void {
    this.ended.add(tab);
    for (const [name, queue] of this.queues) this.queues.set(name, queue.filter((each) => each.tab !== tab));
    for (const [name, holder] of [...this.holders]) if (holder.tab === tab) this.release(name, holder);
  }

  private async run<T>(mine: Request, work: (lock: unknown) => T | Promise<T>): Promise<T> {
    try {
      // In the name of the tab that asked, not of the one that happened to let go.
      return await this.tabs.run(mine.tab, () => work({ name: mine.name }));
    } finally {
      this.release(mine.name, mine);
    }
  }

  private release(name: string, holder: Request): void {
    if (this.holders.get(name) !== holder) return;
    this.holders.delete(name);
    const [next, ...rest] = this.queues.get(name) ?? [];
    this.queues.set(name, rest);
    if (next === undefined) return;
    this.holders.set(name, next);
    next.grant();
  }

  private giveUp(mine: Request): void {
    this.queues.set(mine.name, (this.queues.get(mine.name) ?? []).filter((each) => each !== mine));
    mine.fail(new DOMException("aborted", "AbortError"));
  }
}

type App = Awaited<ReturnType<typeof loadApp>>;

async function loadApp() {
  vi.resetModules();
  const [records, photos, sender, database] = [await import("../records"), await import("../photos"), await import("../sender"), await import("../database")];
  return { records, photos, sender, database };
}

/** A database that never answers anything. */
const silence: unknown = new Proxy(() => silence, { get: () => silence, apply: () => silence });

export class Tab {
  isDead = false;

  constructor(
    readonly name: string,
    private readonly app: App,
    private readonly phone: Phone,
  ) {}

  /** Do something in this tab. */
  in<T>(work: (app: App) => Promise<T>): Promise<T> {
    return this.phone.tabs.run(this.name, () => work(this.app));
  }

  /** It begins nothing more: neither by its clock nor because what is kept has changed. */
  close(): void {
    this.app.sender.stopSending();
  }

  /** It is gone from one moment to the next. */
  kill(): void {
    this.isDead = true;
    this.close();
    this.phone.locks.end(this.name);
    // Whatever of it still runs waits for ever.
    this.app.database.useDatabase(silence as never);
  }
}

export class Phone {
  readonly tabs = new AsyncLocalStorage<string>();
  readonly locks = new FakeLocks(this.tabs);
  readonly server = new FakeServer();
  private readonly opened: Tab[] = [];
  private isOver = false;

  constructor() {
    vi.stubGlobal("indexedDB", new IDBFactory());
    const cookies = new Map<string, string>();
    const stored = new Map<string, string>();
    const quiet = { addEventListener: () => undefined, removeEventListener: () => undefined };
    vi.stubGlobal("document", {
      ...quiet,
      visibilityState: "visible",
      documentElement: {},
      // Vue looks for its templates' workbench when it is loaded.
      createElement: () => ({}),
      get cookie() {
        return [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      },
      set cookie(text: string) {
        const [name = "", value = ""] = (text.split(";")[0] ?? "").split("=");
        if (text.includes("max-age=0")) cookies.delete(name);
        else cookies.set(name, value);
      },
    });
    vi.stubGlobal("localStorage", { getItem: (name: string) => stored.get(name) ?? null, setItem: (name: string, value: string) => void stored.set(name, value), removeItem: (name: string) => void stored.delete(name), clear: () => stored.clear() });
    vi.stubGlobal("location", { origin: "http://jiayuan.test", protocol: "http:" });
    vi.stubGlobal("navigator", { onLine: true, locks: this.locks, storage: {}, languages: ["zh-CN"], language: "zh-CN", vendor: "" });
    vi.stubGlobal("addEventListener", () => undefined);
    vi.stubGlobal("fetch", (address: string, options: RequestInit) => this.server.fetch(new Request(new URL(address, "http://jiayuan.test"), options)));
    document.cookie = "csrf_access_token=token-1";
    document.cookie = "csrf_refresh_token=refresh-1";
  }

  /** Open the app in a new tab; `isSending` starts its sender, as on every page. */
  async open(): Promise<Tab> {
    const name = `tab-${this.opened.length + 1}`;
    const app = await this.tabs.run(name, loadApp);
    const tab = new Tab(name, app, this);
    app.sender.useWire(async (request) => {
      if (this.isOver) throw new TypeError("the test is over");
      return this.server.fetch(request);
    });
    this.opened.push(tab);
    return tab;
  }

  /** The test is over: none of its tabs goes on in the next one (all phones' databases have one name, by which changes are told). */
  end(): void {
    this.isOver = true;
    for (const each of this.opened) each.close();
    vi.unstubAllGlobals();
  }
}
