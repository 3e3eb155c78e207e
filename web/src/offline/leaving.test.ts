import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { Phone, type Tab } from "./testing/phone";

const CASE = "0198f0a0-5555-7d3a-9b1e-2f6a4c8d0e11";

let phone: Phone;
let tab: Tab;

beforeEach(async () => {
  phone = new Phone();
  signIn("account-1");
  tab = await phone.open();
});

afterEach(() => phone.end());

/** Who the app takes for signed in, as after a start of its own. */
function signIn(id: string | null): void {
  if (id === null) localStorage.removeItem("jiayuan.account");
  else localStorage.setItem("jiayuan.account", JSON.stringify({ id, permissions: [] }));
  phone.server.account = id;
}

async function asIn<T>(work: (keeping: typeof import("./kept")) => Promise<T>): Promise<T> {
  const again = await phone.open();
  return again.in(async () => {
    // The pinia of the modules that this tab has loaded.
    const pinia = await import("pinia");
    pinia.setActivePinia(pinia.createPinia());
    return work(await import("./kept"));
  });
}

const keptRows = () => tab.in(({ database }) => database.database.kept.toCollection().primaryKeys());
const forget = (left: string | null) => tab.in(async () => (await import("./leaving")).forgetOthers(left));
const send = () => tab.in(({ sender }) => sender.sendWaiting("forced"));

async function report(owner: string | null, text: string, isSubmitted: boolean): Promise<string> {
  return tab.in(async ({ records, photos }) => {
    const draft = await records.startDraft("report", { text }, { owner, title: text, subject: "c" });
    await photos.addPhoto(draft.id, new Blob([text], { type: "image/jpeg" }));
    if (isSubmitted) await records.submit(draft.id);
    return draft.id;
  });
}

describe("what was kept of the server's", () => {
  it("is nobody else's, and nobody's once nobody is signed in", async () => {
    await asIn((keeping) => keeping.keep("handler.case.1", { number: 1 }));
    expect(await asIn((keeping) => keeping.kept("handler.case.1"))).toMatchObject({ value: { number: 1 } });
    signIn("account-2");
    expect(await asIn((keeping) => keeping.kept("handler.case.1"))).toBeNull();
    expect(await asIn((keeping) => keeping.keptKeys())).toEqual([]);
    signIn(null);
    expect(await asIn((keeping) => keeping.kept("handler.case.1"))).toBeNull();
    expect(await asIn((keeping) => keeping.keep("handler.case.2", {}))).toBe(false);
    expect(await keptRows()).toEqual(["account-1/handler.case.1"]);
  });

  it("is not kept where the answer comes after somebody else has signed in", async () => {
    signIn("account-2");
    expect(await asIn((keeping) => keeping.keep("handler.case.1", {}, "account-1"))).toBe(false);
    expect(await keptRows()).toEqual([]);
  });

  it("goes when its account leaves, whether anybody comes after it or not", async () => {
    for (const id of ["account-1", "account-2"]) {
      signIn(id);
      await asIn((keeping) => keeping.keep("handler.case.1", {}));
      await asIn((keeping) => keeping.keep("handler.picture.1", new Blob(["x"])));
    }
    await forget("account-2");
    expect(await keptRows()).toEqual(["account-2/handler.case.1", "account-2/handler.picture.1"]);
    await forget(null);
    expect(await keptRows()).toEqual([]);
  });
});

describe("what the server has not vouched for", () => {
  it("stays when its account leaves, is not sent under another name, and is sent when it comes back", async () => {
    phone.server.mishap = () => "cut";
    const waiting = await report("account-1", "waiting", true);
    const draft = await report("account-1", "draft", false);
    await send();
    expect(await tab.in(async () => (await import("./leaving")).countUnsent("account-1"))).toEqual({ drafts: 1, records: 1, photos: 2 });
    phone.server.mishap = () => null;
    signIn("account-2");
    document.cookie = "csrf_access_token=another";
    phone.server.token = "another";
    await forget("account-2");
    await send();
    expect(phone.server.reports.size + phone.server.photos.size).toBe(0);
    const left = await tab.in(async ({ database: { database } }) => [await database.records.count(), await database.photos.count(), await database.bytes.count()]);
    expect(left).toEqual([2, 2, 2]);
    signIn("account-1");
    document.cookie = "csrf_access_token=token-2";
    phone.server.token = "token-2";
    await send();
    expect(phone.server.reports.get(waiting)?.sender).toBe("account-1");
    expect((await tab.in(({ records }) => records.getRecord(draft)))?.state).toBe("draft");
  });

  it("is counted without the photos that the server has", async () => {
    phone.server.mishap = (request) => (request.url.includes("/reports/") ? "cut" : null);
    await report("account-1", "waiting", true);
    await send();
    expect(await tab.in(async () => (await import("./leaving")).countUnsent("account-1"))).toEqual({ drafts: 0, records: 1, photos: 0 });
  });

  it("is what stays alone: delivered ones of the account go with their small pictures, nobody's stay", async () => {
    const own = await report("account-1", "own", true);
    const nobodys = await report(null, "nobody's", true);
    await send();
    await forget(null);
    const left = await tab.in(async ({ database: { database } }) => [await database.records.toCollection().primaryKeys(), (await database.photos.toArray()).map((each) => each.recordId)]);
    expect(left).toEqual([[nobodys], [nobodys]]);
    await forget("account-2");
    expect((await tab.in(({ records }) => records.getRecord(nobodys)))?.state).toBe("delivered");
    expect(phone.server.reports.has(own)).toBe(true);
  });

  it("keeps no step for another account's, which rests on what its own saw", async () => {
    phone.server.cases.set(CASE, { revision: 3, events: [] });
    const step = (owner: string) =>
      tab.in(async ({ records }) => {
        const draft = await records.startDraft("case_action", { action: "start" }, { owner, title: owner, subject: CASE, ifMatch: 3 });
        await records.submit(draft.id);
        return draft.id;
      });
    const own = await step("account-1");
    await send();
    phone.server.mishap = () => "cut";
    const others = await step("account-2");
    await forget(null);
    expect(await tab.in(async ({ records }) => [await records.getRecord(own), (await records.getRecord(others))?.state])).toEqual([undefined, "queued"]);
  });

  it("keeps the step before it, which tells the revision that it rests on", async () => {
    phone.server.cases.set(CASE, { revision: 3, events: [] });
    const step = (action: "start" | "handle") =>
      tab.in(async ({ records }) => {
        const draft = await records.startDraft("case_action", { action }, { owner: "account-1", title: action, subject: CASE, ifMatch: 3 });
        await records.submit(draft.id);
        return draft.id;
      });
    await step("start");
    await send();
    phone.server.mishap = () => "cut";
    const second = await step("handle");
    await forget(null);
    phone.server.mishap = () => null;
    await send();
    expect((await tab.in(({ records }) => records.getRecord(second)))?.state).toBe("delivered");
  });
});

