import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Chance } from "./testing/chance";
import { Phone, type Tab } from "./testing/phone";
import { hexDigest, photoIdsOf, type Mishap } from "./testing/server";

const CASE = "0198f0a0-5555-7d3a-9b1e-2f6a4c8d0e11";

// On a busy machine a test that ran out of time would go on in the next one's phone, and spoil that as well.
vi.setConfig({ testTimeout: 30_000 });

let phone: Phone;
let tab: Tab;

beforeEach(async () => {
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  phone = new Phone();
  tab = await phone.open();
});

afterEach(() => phone.end());

const picture = (bytes: Uint8Array<ArrayBuffer> | string) => new Blob([bytes], { type: "image/jpeg" });

async function report(text: string, photos: (string | Uint8Array<ArrayBuffer>)[] = [], owner: string | null = null): Promise<string> {
  return tab.in(async ({ records, photos: keeping }) => {
    const draft = await records.startDraft("report", { text }, { owner, title: text, subject: "c" });
    for (const each of photos) await keeping.addPhoto(draft.id, picture(each));
    return draft.id;
  });
}

const submit = (id: string) => tab.in(({ records }) => records.submit(id));
const get = (id: string) => tab.in(({ records }) => records.getRecord(id));
const send = (on = tab) => on.in(({ sender }) => sender.sendWaiting("forced"));
const count = (table: "bytes" | "photos" | "records") => tab.in(({ database }) => database.database.table(table).count());

function next(...mishaps: (Mishap | null)[]): void {
  phone.server.mishap = () => mishaps.shift() ?? null;
}

describe("a record", () => {
  it("arrives with its photos in order, and only then lets the bytes go", async () => {
    const id = await report("楼道堆物", ["one", "two"]);
    expect(await count("bytes")).toBe(2);
    await submit(id);
    await send();
    const record = await get(id);
    expect(record).toMatchObject({ state: "delivered", receipt: { id, tracking_code: `code-${id}` } });
    expect(await count("bytes")).toBe(0);
    expect(await count("photos")).toBe(2);
    const stored = (record?.receipt?.["photos"] as { id: string }[]).map((each) => Buffer.from(phone.server.photos.get(each.id)?.bytes ?? []).toString());
    expect(stored).toEqual(["one", "two"]);
  });

  it("waits without a network and says so", async () => {
    phone.server.mishap = () => "cut";
    const id = await report("x", ["one"]);
    await submit(id);
    await send();
    expect(await get(id)).toMatchObject({ state: "waiting", wait: { reason: "network" }, mayBeThere: false });
    expect(await count("bytes")).toBe(1);
  });

  it("waits longer each time that its line fails, and not at all once something has arrived", async () => {
    phone.server.mishap = () => "cut";
    const id = await report("x");
    await submit(id);
    const line = () => tab.in(async ({ database }) => (await database.database.facts.get("line"))?.value as { tries: number; seconds: number } | undefined);
    const due = () => tab.in(({ sender }) => sender.sendWaiting("due"));
    const clock = vi.spyOn(Date, "now");
    const waits: number[] = [];
    for (let tries = 1; tries <= 4; tries += 1) {
      await due();
      expect(await line()).toMatchObject({ tries });
      waits.push((await line())?.seconds ?? 0);
      clock.mockReturnValue(Date.now() + 301_000);
      expect(await get(id)).toMatchObject({ state: "waiting", tries });
    }
    for (const [index, each] of waits.entries()) expect(each).toBeGreaterThanOrEqual(2 ** index);
    phone.server.mishap = () => null;
    await due();
    expect([(await get(id))?.state, await line()]).toEqual(["delivered", undefined]);
  });

  it("is not asked for again before its time", async () => {
    phone.server.mishap = () => "busy";
    const id = await report("x");
    await submit(id);
    await send();
    const wait = (await get(id))?.wait;
    expect(wait?.reason).toBe("server_busy");
    expect(wait?.seconds).toBeGreaterThanOrEqual(3);
    const asked = phone.server.requests.length;
    await tab.in(({ sender }) => sender.sendWaiting("due"));
    expect(phone.server.requests.length).toBe(asked);
  });

  it("keeps others from asking too while the line is down", async () => {
    phone.server.mishap = () => "busy";
    await submit(await report("x"));
    await send();
    const asked = phone.server.requests.length;
    const other = await report("y");
    await submit(other);
    await tab.in(({ sender }) => sender.sendWaiting("due"));
    expect(phone.server.requests.length).toBe(asked);
    expect((await get(other))?.state).toBe("queued");
  });

  it("that is put off by itself waits its time, and keeps nobody else waiting", async () => {
    const [put, other] = [await report("x", ["one"]), await report("y")];
    void tab.in(async ({ sender }) => {
      sender.useWire(async (request) =>
        request.url.includes("/photos/") ? new Response(JSON.stringify({ status: 409, code: "upload_in_progress", title: "x", detail: "x" }), { status: 409, headers: { "Content-Type": "application/problem+json" } }) : phone.server.fetch(request),
      );
    });
    await submit(put);
    await submit(other);
    await send();
    expect([(await get(put))?.state, (await get(other))?.state]).toEqual(["waiting", "delivered"]);
    let asked = 0;
    void tab.in(async ({ sender }) => {
      sender.useWire((request) => ((asked += 1), phone.server.fetch(request)));
    });
    await tab.in(({ sender }) => sender.sendWaiting("due"));
    expect(asked).toBe(0);
    await send();
    expect((await get(put))?.state).toBe("delivered");
  });

  it.each([
    ["portal", "captive_portal"],
    ["half_answer", "captive_portal"],
    ["limited", "too_many_requests"],
    ["failure", "server_busy"],
  ] as const)("takes no %s for a receipt", async (mishap, reason) => {
    phone.server.mishap = (request) => (request.url.includes("/reports/") ? mishap : null);
    const id = await report("x", ["one"]);
    await submit(id);
    await send();
    expect(await get(id)).toMatchObject({ state: "waiting", wait: { reason } });
    expect(await count("bytes")).toBe(1);
    phone.server.mishap = () => null;
    await send();
    expect((await get(id))?.state).toBe("delivered");
    expect(phone.server.reports.size).toBe(1);
  });

  it("whose receipt names another hash is kept and told about", async () => {
    const id = await report("x", ["one"]);
    const answer = phone.server.fetch;
    tab.in(async ({ sender }) => {
      sender.useWire(async (request) => {
        const response = await answer(request);
        if (!request.url.includes("/reports/")) return response;
        return new Response((await response.text()).replace(/"sha256":"../, '"sha256":"00'), { headers: response.headers });
      });
    });
    await submit(id);
    await send();
    expect(await get(id)).toMatchObject({ state: "refused", problem: { code: "receipt_differs" } });
    expect(await count("bytes")).toBe(1);
  });

  it("that is refused stays, is mended under its own name and arrives", async () => {
    const id = await report("REFUSE", ["one"]);
    await submit(id);
    await send();
    expect(await get(id)).toMatchObject({ state: "refused", problem: { status: 422, errors: [{ field: "text", detail: "不行" }] } });
    await tab.in(async ({ records }) => {
      expect(await records.reopen(id)).toBe(id);
      await records.changeDraft<"report">(id, (content) => ({ ...content, text: "好" }));
      await records.submit(id);
    });
    await send();
    expect((await get(id))?.state).toBe("delivered");
  });

  it("stops no other by being refused", async () => {
    const bad = await report("REFUSE");
    const good = await report("x", ["two"]);
    await submit(bad);
    await submit(good);
    await send();
    expect([(await get(bad))?.state, (await get(good))?.state]).toEqual(["refused", "delivered"]);
  });

  it("that may have arrived cannot be changed", async () => {
    phone.server.mishap = (request) => (request.url.includes("/reports/") ? "lost_answer" : null);
    const id = await report("x");
    await submit(id);
    await send();
    expect(phone.server.reports.size).toBe(1);
    await expect(tab.in(({ records }) => records.reopen(id))).rejects.toMatchObject({ code: "may_be_there" });
  });

  it("whose name stands for something else gets another one", async () => {
    const id = await report("x", ["one"]);
    phone.server.reports.set(id, { sender: "somebody", fingerprint: "", receipt: {} });
    await submit(id);
    await send();
    expect(await get(id)).toMatchObject({ state: "refused", problem: { status: 409 } });
    const renamed = await tab.in(({ records }) => records.reopen(id));
    expect(renamed).not.toBe(id);
    await submit(renamed);
    await send();
    expect((await get(renamed))?.state).toBe("delivered");
    expect(await count("records")).toBe(1);
  });

  it("cannot be changed once it is submitted, and submitting twice is harmless", async () => {
    const id = await report("x");
    await Promise.all([submit(id), submit(id)]);
    await submit(id);
    await expect(tab.in(({ records }) => records.changeDraft(id, (content) => content))).rejects.toMatchObject({ code: "not_a_draft" });
    await send();
    expect(phone.server.reports.size).toBe(1);
  });
});

/** The network, with what the server says changed on its way where the path fits. */
function answering(path: string, change: (text: string) => string, on = tab): void {
  void on.in(async ({ sender }) => {
    sender.useWire(async (request) => {
      const response = await phone.server.fetch(request);
      if (!new URL(request.url).pathname.includes(path)) return response;
      return new Response(change(await response.text()), { status: response.status, headers: response.headers });
    });
  });
}

describe("a receipt", () => {
  it.each([
    ["inspection", "/inspections/", (text: string) => text.replace(/"photos":\[.*?\]/, '"photos":[]')],
    ["inspection", "/inspections/", (text: string) => text.replace(/"sha256":"../, '"sha256":"00')],
    ["case_action", "/cases/", (text: string) => text.replaceAll(/"photo_ids":\[.*?\]/g, '"photo_ids":[]')],
  ] as const)("of an %s that does not name its photos is none: everything stays", async (kind, path, change) => {
    phone.server.cases.set(CASE, { revision: 3, events: [] });
    const id = await tab.in(async ({ records, photos }) => {
      const content = kind === "inspection" ? { answers: [{ item_code: "A", result: "fail" }] } : { action: "handle" };
      const draft = await records.startDraft(kind, content as never, { owner: "account-1", title: kind, subject: CASE, ifMatch: 3 });
      await photos.addPhoto(draft.id, picture("one"), { slot: kind === "inspection" ? "answers.A" : "photo_ids" });
      return draft.id;
    });
    answering(path, change);
    await submit(id);
    await send();
    expect(await get(id)).toMatchObject({ state: "refused", problem: { code: "receipt_differs" } });
    expect(await count("bytes")).toBe(1);
  });

  it.each([
    ["another hash", (text: string) => text.replace(/"sha256":"../, '"sha256":"00'), { state: "refused", problem: { code: "receipt_differs" } }],
    ["another size", (text: string) => text.replace(/"size_bytes":\d+/, '"size_bytes":1'), { state: "refused", problem: { code: "receipt_differs" } }],
    ["another photo", (text: string) => text.replace(/"id":"[^"]*"/, '"id":"another"'), { state: "waiting", wait: { reason: "captive_portal" } }],
  ] as const)("of a photo that names %s is none", async (_, change, told) => {
    const id = await report("x", ["one"]);
    answering("/photos/", change);
    await submit(id);
    await send();
    expect(await get(id)).toMatchObject(told);
    expect((await tab.in(({ records }) => records.photosOf(id)))[0]?.state).not.toBe("stored");
    expect(phone.server.reports.size).toBe(0);
    expect(await count("bytes")).toBe(1);
  });

  it.each([
    ["not_fixed", '{"ok":true}'],
    ["rating", '{"ok":true}'],
    // The tracking page as anybody may read it: nothing was rated.
    ["rating", '{"report_id":"r","entries":[],"may_rate":true}'],
  ] as const)("of a %s is the server's word about that report, not any answer (%s)", async (kind, said) => {
    const id = await tab.in(async ({ records }) => (await records.startDraft(kind, kind === "rating" ? { score: "neutral" } : {}, { owner: null, title: kind, subject: kind })).id);
    answering("/tracking/", () => said);
    await submit(id);
    await send();
    expect(await get(id)).toMatchObject({ state: "waiting", wait: { reason: "captive_portal" } });
  });

  it.each([{ redirected: true }, { type: "opaqueredirect" }])("that came by a redirect is none (%o)", async (way) => {
    const id = await report("x", ["one"]);
    void tab.in(async ({ sender }) => {
      sender.useWire(async (request) => {
        const response = await phone.server.fetch(request);
        for (const [name, value] of Object.entries(way)) Object.defineProperty(response, name, { value });
        return response;
      });
    });
    await submit(id);
    await send();
    expect(await get(id)).toMatchObject({ state: "waiting", wait: { reason: "captive_portal" } });
    expect(await count("bytes")).toBe(1);
  });

  it("stays in the list for thirty days of the server's, a report's with its tracking code for longer", async () => {
    const [old, visit, fresh] = [await report("old"), await tab.in(async ({ records }) => (await records.startDraft("inspection", { answers: [] }, { owner: "account-1", title: "", subject: "c" })).id), await report("fresh")];
    for (const each of [old, visit]) await submit(each);
    await send();
    await tab.in(({ database: { database } }) => database.records.toCollection().modify({ deliveredAt: new Date(Date.now() - 31 * 86_400_000).toISOString() }));
    await submit(fresh);
    await send();
    expect([(await get(old))?.state, (await get(visit))?.state, (await get(fresh))?.state]).toEqual(["delivered", undefined, "delivered"]);
  });
});

describe("photos", () => {
  it("that are large go in parts, and go on where they were cut off", async () => {
    const chance = new Chance(7);
    const bytes = chance.bytes(1_300_000);
    const id = await report("x", [bytes]);
    let puts = 0;
    phone.server.mishap = (request) => (request.method === "PUT" && (puts += 1) === 4 ? "lost_answer" : null);
    await submit(id);
    await send();
    await send();
    expect((await get(id))?.state).toBe("delivered");
    // Five parts in all: four had arrived when the line broke, so one HEAD, the fifth part, the report.
    expect(phone.server.requests.map((each) => each.split(" ")[0])).toEqual(["PUT", "PUT", "PUT", "PUT", "HEAD", "PUT", "PUT"]);
    expect([...phone.server.photos.values()][0]?.sha256).toBe(await hexDigest(bytes));
  });

  it("whose last answer was lost are asked for, not sent again", async () => {
    const id = await report("x", [new Chance(8).bytes(400_000)]);
    await submit(id);
    next("lost_answer");
    await send();
    expect(phone.server.photos.size).toBe(1);
    await send();
    expect((await get(id))?.state).toBe("delivered");
  });

  it.each(["gone", "empty", "other"] as const)("whose bytes are %s stop only their record, and say which", async (damage) => {
    const [damaged, whole] = [await report("x", ["one", "two"]), await report("y", ["three"])];
    const [, second] = await tab.in(({ records }) => records.photosOf(damaged));
    await submit(damaged);
    await submit(whole);
    await tab.in(async ({ database: { database } }) => {
      if (damage === "gone") await database.bytes.delete(second?.id ?? "");
      else await database.bytes.put({ id: second?.id ?? "", bytes: picture(damage === "empty" ? "" : "tow") });
    });
    await send();
    expect(await get(damaged)).toMatchObject({ state: "damaged", damagedPhotoIds: [second?.id] });
    expect((await get(whole))?.state).toBe("delivered");
    expect(phone.server.reports.size).toBe(1);
    await tab.in(async ({ records, photos }) => {
      await records.reopen(damaged);
      await photos.removePhoto(second?.id ?? "");
      await photos.addPhoto(damaged, picture("again"));
      await records.submit(damaged);
    });
    await send();
    expect((await get(damaged))?.state).toBe("delivered");
  });

  it("that are gone before submitting are told at once", async () => {
    const id = await report("x", ["one"]);
    await tab.in(({ database: { database } }) => database.bytes.clear());
    await expect(submit(id)).rejects.toMatchObject({ code: "photo_missing" });
    expect(await get(id)).toMatchObject({ state: "draft" });
  });

  it("that the server holds already may be gone here", async () => {
    const id = await report("x", ["one"]);
    phone.server.mishap = (request) => (request.url.includes("/reports/") ? "cut" : null);
    await submit(id);
    await send();
    await tab.in(({ database: { database } }) => database.bytes.clear());
    phone.server.mishap = () => null;
    await send();
    expect((await get(id))?.state).toBe("delivered");
  });

  it("that arrived without the phone's knowing may be gone here too", async () => {
    const id = await report("x", ["one"]);
    phone.server.mishap = (request) => (request.url.includes("/photos/") ? "lost_answer" : null);
    await submit(id);
    await send();
    await tab.in(({ database: { database } }) => database.bytes.clear());
    phone.server.mishap = () => null;
    await send();
    expect((await get(id))?.state).toBe("delivered");
  });

  it("make room when they have arrived, although the phone is too full to note anything", async () => {
    const id = await report("x", ["one", "two"]);
    phone.server.mishap = () => "cut";
    await submit(id);
    await send();
    phone.server.mishap = () => null;
    await tab.in(async ({ database: { database } }) => {
      let isFull = true;
      const remove = database.bytes.bulkDelete.bind(database.bytes);
      vi.spyOn(database.bytes, "bulkDelete").mockImplementation((ids) => {
        isFull = false;
        return remove(ids);
      });
      const full = (): never => {
        throw new DOMException("full", "QuotaExceededError");
      };
      const update = database.records.update.bind(database.records);
      vi.spyOn(database.photos, "update").mockImplementation(full);
      vi.spyOn(database.records, "update").mockImplementation((...args: Parameters<typeof update>) => (isFull ? full() : update(...args)));
    });
    await send();
    expect((await get(id))?.state).toBe("delivered");
    expect(await count("bytes")).toBe(0);
  });

  it("that the server has swept since are sent once more", async () => {
    const id = await report("x", ["one", "two"]);
    phone.server.mishap = (request) => (request.url.includes("/reports/") ? "cut" : null);
    await submit(id);
    await send();
    phone.server.photos.clear();
    phone.server.mishap = () => null;
    await send();
    expect((await get(id))?.state).toBe("delivered");
    expect(phone.server.photos.size).toBe(2);
  });

  // Sent again a thousand times, a file that was cut short before it came to this phone stays cut short.
  it.each([
    ["BAD", "undecodable"],
    ["CUT", "truncated"],
  ])("that are refused stop their record and are named: %s", async (bytes, code) => {
    const id = await report("x", ["one", bytes]);
    const photos = await tab.in(({ records }) => records.photosOf(id));
    await submit(id);
    await send();
    expect(await get(id)).toMatchObject({ state: "refused", problem: { code, photoId: photos[1]?.id } });
  });

  it("are all or nothing where the phone has no room", async () => {
    const id = await report("x");
    await tab.in(async ({ photos, database: { database } }) => {
      vi.spyOn(database.photos, "add").mockImplementation(() => {
        throw new DOMException("full", "QuotaExceededError");
      });
      await expect(photos.addPhoto(id, picture("one"))).rejects.toMatchObject({ name: "Problem", code: "storage_full" });
    });
    expect(await count("bytes")).toBe(0);
    expect(await count("photos")).toBe(0);
  });
});

describe("accounts", () => {
  it("keep their own: another one signing in neither sends nor loses them", async () => {
    const id = await report("x", ["one"], "account-1");
    phone.server.account = "account-2";
    await submit(id);
    await send();
    expect(await get(id)).toMatchObject({ state: "waiting", wait: { reason: "other_account", until: null } });
    expect(phone.server.photos.size).toBe(0);
    phone.server.account = "account-1";
    document.cookie = "csrf_access_token=token-2";
    phone.server.token = "token-2";
    await send();
    expect((await get(id))?.state).toBe("delivered");
  });

  it("whose sign-in ended lose nothing and go on after signing in", async () => {
    const id = await report("x", ["one"], "account-1");
    phone.server.account = null;
    phone.server.isRenewable = false;
    await submit(id);
    await send();
    expect(await get(id)).toMatchObject({ state: "waiting", wait: { reason: "sign_in" } });
    phone.server.account = "account-1";
    await send();
    expect((await get(id))?.state).toBe("delivered");
    expect([...phone.server.photos.values()][0]?.uploader).toBe("account-1");
  });

  it("whose token expires between two photos are renewed, and nothing becomes a stranger's", async () => {
    const id = await report("x", ["one", "two"], "account-1");
    await submit(id);
    let puts = 0;
    phone.server.mishap = (request) => {
      if (request.method === "PUT" && (puts += 1) === 2) phone.server.account = null;
      return null;
    };
    await send();
    expect((await get(id))?.state).toBe("delivered");
    expect([...phone.server.photos.values()].map((each) => each.uploader)).toEqual(["account-1", "account-1"]);
    expect(phone.server.reports.get(id)?.sender).toBe("account-1");
  });

  it("do not lend their name to what was made without signing in", async () => {
    const id = await report("x", ["one"]);
    await submit(id);
    await send();
    expect(phone.server.reports.get(id)?.sender).toBe((await get(id))?.secret);
  });
});

describe("steps of a case", () => {
  async function step(ifMatch: number): Promise<string> {
    return tab.in(async ({ records }) => {
      const draft = await records.startDraft("case_action", { action: "start" }, { owner: "account-1", title: "接单", subject: CASE, ifMatch });
      await records.submit(draft.id);
      return draft.id;
    });
  }

  it("taken offline go in order, each on the revision that the one before made", async () => {
    phone.server.cases.set(CASE, { revision: 3, events: [] });
    phone.server.mishap = () => "cut";
    const ids = [await step(3), await step(3), await step(3)];
    phone.server.mishap = (request) => (request.url.includes("/actions") && phone.server.requests.length % 2 === 0 ? "lost_answer" : null);
    for (let round = 0; round < 6; round += 1) await send();
    expect(phone.server.cases.get(CASE)?.events.map((each) => each.action_id)).toEqual(ids);
    expect(await Promise.all(ids.map(async (id) => (await get(id))?.state))).toEqual(["delivered", "delivered", "delivered"]);
  });

  it("after somebody else's are refused with how it stands, and what follows waits", async () => {
    phone.server.cases.set(CASE, { revision: 4, events: [] });
    phone.server.mishap = () => "cut";
    const ids = [await step(3), await step(3)];
    phone.server.mishap = () => null;
    await send();
    expect(await get(ids[0] ?? "")).toMatchObject({ state: "refused", problem: { status: 412, members: { present_revision: 4, state: "handled" } } });
    expect(await get(ids[1] ?? "")).toMatchObject({ state: "waiting", wait: { reason: "earlier_record" } });
  });
});

describe("two tabs", () => {
  it("do not edit one record, unless one takes it over", async () => {
    const id = await report("x");
    const other = await phone.open();
    const change = (text: string) => (content: object) => ({ ...content, text });
    await expect(other.in(({ records }) => records.changeDraft(id, change("b")))).rejects.toMatchObject({ code: "edited_elsewhere" });
    await other.in(({ records }) => records.editHere(id));
    await other.in(({ records }) => records.changeDraft(id, change("c")));
    await expect(tab.in(({ records }) => records.changeDraft(id, change("d")))).rejects.toMatchObject({ code: "edited_elsewhere" });
    expect(await get(id)).toMatchObject({ content: { text: "c" } });
    await other.in(({ records }) => records.leaveDraft(id));
    await tab.in(({ records }) => records.changeDraft(id, change("e")));
    expect(await get(id)).toMatchObject({ content: { text: "e" } });
  });

  it("do not send what another one edits, until it lets go", async () => {
    phone.server.mishap = () => "cut";
    const id = await report("x", ["one"]);
    await submit(id);
    await send();
    phone.server.mishap = () => null;
    const other = await phone.open();
    const locks = await other.in(() => import("./record_locks"));
    expect(await other.in(() => locks.holdRecord(id))).toBe(true);
    const asked = phone.server.requests.length;
    await send();
    expect(phone.server.requests.length).toBe(asked);
    await other.in(() => locks.letGo(id));
    await send();
    expect((await get(id))?.state).toBe("delivered");
  });

  it("never send at the same time", async () => {
    const other = await phone.open();
    for (const each of ["a", "b", "c"]) await submit(await report(each, [each]));
    await Promise.all([send(), send(other), send(), send(other)]);
    expect(phone.server.mostAtOnce).toBe(1);
    expect(phone.server.requests.filter((each) => each.startsWith("PUT")).length).toBe(6);
  });

  it("go on where a killed one stopped", async () => {
    const id = await report("x", ["one", "two"]);
    const other = await phone.open();
    next(null, "killed");
    await new Promise<void>((isKilled) => {
      phone.server.kill = () => {
        tab.kill();
        isKilled();
        return new Promise<never>(() => undefined);
      };
      void submit(id).catch(() => undefined);
    });
    tab = other;
    await send();
    expect((await get(id))?.state).toBe("delivered");
    expect(phone.server.photos.size).toBe(2);
  });
});

/** Whatever happens on the way: in the end the server holds exactly what was made, once. */
describe.each(Array.from({ length: Number(process.env["SEEDS"] ?? 6) }, (_, seed) => seed + 1))("any order of mishaps (seed %i)", (seed) => {
  it("ends with everything there once", { timeout: 60_000 }, async () => {
    const chance = new Chance(seed);
    const made = new Map<string, { kind: string; photos: Map<string, string> }>();
    const tabs = [tab];
    phone.server.cases.set(CASE, { revision: 1, events: [] });
    phone.server.kill = () => new Promise<never>(() => undefined);
    const usual: Mishap[] = ["cut", "lost_answer", "portal", "busy", "failure", "limited", "half_answer"];
    let bad = 0.3;
    phone.server.mishap = () => {
      if (chance.happens(bad * 0.1)) phone.server.account = null;
      return chance.happens(bad) ? chance.pick(usual) : null;
    };

    const restart = async (index: number): Promise<void> => {
      tabs[index]?.kill();
      tabs[index] = await phone.open();
    };

    for (let turn = 0; turn < 14; turn += 1) {
      const at = chance.below(tabs.length);
      const here = tabs[at] as Tab;
      const what = chance.next();
      if (what < 0.6) {
        const kind = chance.pick(["report", "inspection", "case_action", "not_fixed", "rating"] as const);
        const owner = kind === "inspection" || kind === "case_action" ? "account-1" : kind === "not_fixed" || kind === "rating" ? null : chance.pick([null, "account-1"]);
        await here.in(async ({ records, photos }) => {
          const subject = kind === "case_action" ? CASE : `code-${turn}`;
          const content = kind === "inspection" ? { answers: [{ item_code: "A", result: "fail" }, { item_code: "B", result: "fail" }] } : {};
          const draft = await records.startDraft(kind, content as never, { owner, title: kind, subject, ifMatch: phone.server.cases.get(CASE)?.revision ?? 1 });
          const kept = new Map<string, string>();
          for (let number = kind === "rating" ? 0 : chance.below(4); number > 0; number -= 1) {
            const bytes = chance.bytes(chance.happens(0.15) ? 300_000 + chance.below(400_000) : 20 + chance.below(500));
            const photo = await photos.addPhoto(draft.id, picture(bytes), { slot: kind === "inspection" ? `answers.${chance.pick(["A", "B"])}` : "photo_ids" });
            kept.set(photo.id, await hexDigest(bytes));
          }
          made.set(draft.id, { kind, photos: kept });
          await records.submit(draft.id);
          if (chance.happens(0.3)) await records.submit(draft.id);
        });
      } else if (what < 0.75) {
        void here.in(({ sender }) => sender.sendWaiting("forced")).catch(() => undefined);
        await new Promise((settle) => setTimeout(settle, chance.below(12)));
      } else if (what < 0.85) {
        await restart(at);
      } else if (what < 0.92 && tabs.length < 3) {
        tabs.push(await phone.open());
      } else {
        // The nightly sweep: what nobody used is gone.
        for (const [id, photo] of phone.server.photos) if (photo.owner === null && chance.happens(0.5)) phone.server.photos.delete(id);
      }
    }

    bad = 0;
    tab = tabs[0] as Tab;
    await vi.waitFor(
      async () => {
        await send();
        const records = await Promise.all([...made.keys()].map(get));
        expect(records.filter((each) => each?.state !== "delivered").map((each) => [each?.kind, each?.state, each?.wait, each?.problem])).toEqual([]);
      },
      { timeout: 45_000, interval: 20 },
    );

    const { server } = phone;
    const of = (kind: string) => [...made].filter(([, each]) => each.kind === kind).map(([id]) => id);
    expect([...server.reports.keys()].sort()).toEqual(of("report").sort());
    expect([...server.inspections.keys()].sort()).toEqual(of("inspection").sort());
    expect(server.cases.get(CASE)?.events.map((each) => each.action_id)).toEqual(of("case_action"));
    expect([...server.answers.values()].flat().sort()).toEqual(of("not_fixed").sort());
    expect(server.ratings.size).toBe(of("rating").length);
    const photos = [...made.values()].flatMap((each) => [...each.photos]);
    expect(new Map([...server.photos].map(([id, photo]) => [id, photo.sha256]))).toEqual(new Map(photos));
    for (const [id, { kind, photos: kept }] of made) {
      if (kind !== "inspection") continue;
      const body = JSON.parse(server.inspections.get(id)?.fingerprint ?? "{}") as Record<string, unknown>;
      expect(photoIdsOf(body).sort()).toEqual([...kept.keys()].sort());
    }
    expect(await count("bytes")).toBe(0);
    expect(server.mostAtOnce).toBe(1);
  });
});
