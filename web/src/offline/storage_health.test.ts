import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { Phone, type Tab } from "./testing/phone";

/** For what is written beside what was asked for; a busy machine is slow. */
const PATIENCE = { timeout: 4_000 };

let phone: Phone;
let tab: Tab;

beforeEach(async () => {
  phone = new Phone();
  tab = await phone.open();
});

afterEach(() => phone.end());

const health = (on = tab) => on.in(async () => (await import("./storage_health")).findStorageHealth());

function storage(facts: { usage?: number; quota?: number; persisted?: boolean; granted?: boolean }): void {
  Object.assign(navigator, {
    storage: {
      estimate: () => Promise.resolve({ usage: facts.usage ?? 0, quota: facts.quota ?? 1000 }),
      persisted: () => Promise.resolve(facts.persisted ?? false),
      persist: () => Promise.resolve(facts.granted ?? false),
    },
  });
}

it("warns when four fifths are full", async () => {
  storage({ usage: 799 });
  expect((await health()).isNearlyFull).toBe(false);
  storage({ usage: 800 });
  expect(await health()).toMatchObject({ isNearlyFull: true, share: 0.8 });
});

it("tells when the browser did not promise to keep what is here", async () => {
  storage({ granted: false });
  expect((await health()).wasRefused).toBe(false);
  await tab.in(({ records }) => records.startDraft("report", { text: "x" }, { owner: null, title: "", subject: "" }));
  await vi.waitFor(async () => expect(await health()).toMatchObject({ isPersisted: false, wasRefused: true }), PATIENCE);
});

it("notices that the database was cleared, and how much had not arrived", async () => {
  phone.server.mishap = () => "cut";
  await tab.in(async ({ records }) => {
    for (const text of ["a", "b"]) await records.submit((await records.startDraft("report", { text }, { owner: null, title: "", subject: "" })).id);
  });
  await vi.waitFor(() => expect(document.cookie).toContain(".2"), PATIENCE);
  expect((await health()).cleared).toBeNull();
  await tab.in(({ database: { database } }) => database.delete());
  const other = await phone.open();
  expect((await health(other)).cleared).toEqual({ unsent: 2 });
  expect((await health(other)).cleared).toEqual({ unsent: 2 });
  await other.in(async () => (await import("./storage_health")).acknowledgeCleared());
  expect((await health(other)).cleared).toBeNull();
});

it("opens the database again that the browser has closed, and goes on", async () => {
  const draft = await tab.in(({ records }) => records.startDraft("report", { text: "x" }, { owner: null, title: "", subject: "" }));
  await tab.in(async ({ records, database: { database } }) => {
    database.close({ disableAutoOpen: true });
    await records.changeDraft<"report">(draft.id, (content) => ({ ...content, text: "y" }));
    expect(await records.getRecord(draft.id)).toMatchObject({ content: { text: "y" } });
  });
});
