/** A server for unit tests that answers as ours does (docs/photos.md, api/), on a network that may fail at every request. */

export type Mishap =
  /** The request never arrives. */
  | "cut"
  /** It is taken in, and the answer is lost. */
  | "lost_answer"
  | "portal"
  | "busy"
  | "failure"
  | "limited"
  | "half_answer"
  /** The tab ends before it hears of it; the request arrives, or does not. */
  | "killed"
  | "killed_unheard";

export interface StoredPhoto {
  sha256: string;
  bytes: Uint8Array;
  uploader: string | null;
  secret: string | null;
  owner: string | null;
}

interface Stored {
  sender: string;
  fingerprint: string;
  receipt: Record<string, unknown>;
}

export class FakeServer {
  readonly photos = new Map<string, StoredPhoto>();
  readonly reports = new Map<string, Stored>();
  readonly inspections = new Map<string, Stored>();
  readonly cases = new Map<string, { revision: number; events: { action_id: string; photo_ids: string[] }[] }>();
  readonly answers = new Map<string, string[]>();
  readonly ratings = new Map<string, string>();
  readonly requests: string[] = [];
  /** Who the cookie names; null: the session has ended. */
  account: string | null = "account-1";
  token = "token-1";
  /** A renewal brings the account back. */
  isRenewable = true;
  mostAtOnce = 0;
  private atOnce = 0;
  private readonly parts = new Map<string, Uint8Array[]>();

  /** What happens to the next request; nothing unless a test says so. */
  mishap: (request: Request) => Mishap | null = () => null;
  /** Called when a tab is to end; never settles. */
  kill: () => Promise<never> = () => new Promise<never>(() => undefined);

  readonly fetch = async (request: Request): Promise<Response> => {
    this.requests.push(`${request.method} ${new URL(request.url).pathname}`);
    const mishap = this.mishap(request);
    // A turn of the loop, as a network takes.
    await new Promise((settle) => setTimeout(settle, 0));
    if (mishap === "cut") throw new TypeError("Failed to fetch");
    if (mishap === "killed_unheard") return this.kill();
    if (mishap === "portal") return new Response("<html>请登录</html>", { headers: { "Content-Type": "text/html" } });
    if (mishap === "busy") return problem(503, "unavailable", { "Retry-After": "3" });
    if (mishap === "limited") return problem(429, "too_many_requests", { "Retry-After": "7" });
    this.atOnce += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
    const answer = await this.answer(request).finally(() => (this.atOnce -= 1));
    if (mishap === "failure") return problem(500, "internal_error");
    if (mishap === "killed") return this.kill();
    if (mishap === "lost_answer") throw new TypeError("network changed");
    if (mishap === "half_answer" && answer.ok) return new Response((await answer.text()).slice(0, -5), { status: answer.status, headers: answer.headers });
    return answer;
  };

  private async answer(request: Request): Promise<Response> {
    const [, , , kind = "", id = "", action = ""] = new URL(request.url).pathname.split("/");
    const isSignedIn = request.credentials !== "omit";
    const named = request.headers.has("X-CSRF-TOKEN");
    if (kind === "sessions") return this.renew();
    if (kind === "accounts") return this.account === null ? problem(401, "unauthenticated") : json({ id: this.account });
    if (named && this.account === null) return problem(401, "token_expired");
    if (named && request.headers.get("X-CSRF-TOKEN") !== this.token) return problem(403, "csrf_missing");
    const account = isSignedIn && named ? this.account : null;
    const secret = request.headers.get("Upload-Capability");
    if (kind === "photos") return this.photo(request, id, account, secret);
    const body = (await request.json()) as Record<string, unknown>;
    if (kind === "reports") return this.put(this.reports, id, body, account, secret);
    if (account === null && kind !== "tracking") return problem(401, "unauthenticated");
    if (kind === "inspections") return this.put(this.inspections, id, body, account, secret);
    if (kind === "cases" && action === "actions") return this.act(id, body, request, account, secret);
    if (kind === "tracking" && request.method !== (action === "rating" ? "PUT" : "POST")) return problem(405, "method_not_allowed");
    if (kind === "tracking" && action === "rating") return this.rate(id, body);
    if (kind === "tracking") return this.notFixed(id, body, secret);
    return problem(404, "not_found");
  }

  private renew(): Response {
    if (!this.isRenewable) return problem(401, "session_ended");
    this.account ??= "account-1";
    this.token += "+";
    document.cookie = `csrf_access_token=${this.token}`;
    return json({});
  }

  private async photo(request: Request, id: string, account: string | null, secret: string | null): Promise<Response> {
    if (account === null && !/^[A-Za-z0-9_-]{20,200}$/.test(secret ?? "")) return problem(422, "capability_required");
    const key = `${id}.${account ?? secret}`;
    const stored = this.photos.get(id);
    const isTheirs = stored !== undefined && this.isUploader(stored, account, secret);
    if (request.method === "HEAD") {
      if (isTheirs) return new Response(null, { status: 204, headers: { "Upload-Offset": String(stored.bytes.length), "Upload-Complete": "?1" } });
      const parts = this.parts.get(key);
      if (parts === undefined) return new Response(null, { status: 404, headers: { "Content-Type": "application/problem+json" } });
      return new Response(null, { status: 204, headers: { "Upload-Offset": String(total(parts)), "Upload-Complete": "?0" } });
    }
    if (request.method === "GET") return isTheirs ? json(receiptOf(id, stored)) : problem(404, "not_found");
    const body = new Uint8Array(await request.arrayBuffer());
    const range = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(request.headers.get("Content-Range") ?? "");
    if (range !== null && isTheirs) return json(receiptOf(id, stored), 200);
    const digest = /^sha-256=:(.*):$/.exec(request.headers.get("Content-Digest") ?? "")?.[1];
    if (digest !== (await base64Digest(body))) return problem(422, "digest_mismatch");
    if (range === null) return this.keep(id, body, account, secret);
    const parts = this.parts.get(key) ?? [];
    if (Number(range[1]) !== total(parts)) return problem(409, "mismatching_upload_offset", {}, { "expected-offset": total(parts) });
    parts.push(body);
    this.parts.set(key, parts);
    if (total(parts) < Number(range[3])) return json({ id, upload_offset: total(parts), is_complete: false }, 202);
    this.parts.delete(key);
    return this.keep(id, join(parts), account, secret);
  }

  private async keep(id: string, bytes: Uint8Array, account: string | null, secret: string | null): Promise<Response> {
    if (bytes.length === 0) return problem(422, "empty");
    const beginning = String.fromCharCode(...bytes.slice(0, 3));
    if (beginning === "BAD") return problem(422, "undecodable");
    if (beginning === "CUT") return problem(422, "truncated");
    const stored = this.photos.get(id);
    const sha256 = await hexDigest(bytes);
    if (stored === undefined) {
      this.photos.set(id, { sha256, bytes, uploader: account, secret, owner: null });
    } else if (stored.sha256 !== sha256 || !this.isUploader(stored, account, secret)) {
      return problem(409, "photo_differs");
    }
    return json(receiptOf(id, this.photos.get(id) as StoredPhoto), stored === undefined ? 201 : 200);
  }

  private isUploader(photo: StoredPhoto, account: string | null, secret: string | null): boolean {
    return (photo.uploader !== null && photo.uploader === account) || (photo.secret !== null && photo.secret === secret);
  }

  private put(kept: Map<string, Stored>, id: string, body: Record<string, unknown>, account: string | null, secret: string | null): Response {
    const sender = account ?? secret ?? "";
    const fingerprint = JSON.stringify({ ...body, device_sent_at: undefined });
    const stored = kept.get(id);
    if (stored !== undefined) return stored.fingerprint === fingerprint && stored.sender === sender ? json(stored.receipt, 200) : problem(409, kept === this.reports ? "report_differs" : "already_submitted");
    if (body["text"] === "REFUSE") return problem(422, "invalid", {}, { errors: [{ field: "text", code: "invalid", detail: "不行" }] });
    const ids = photoIdsOf(body);
    const claimed = this.claim(ids, id, account, secret);
    if (claimed instanceof Response) return claimed;
    const receipt = { id, status: body["status"], photos: claimed, tracking_code: `code-${id}` };
    kept.set(id, { sender, fingerprint, receipt });
    return json(receipt, 201);
  }

  private act(id: string, body: Record<string, unknown>, request: Request, account: string | null, secret: string | null): Response {
    const found = this.cases.get(id);
    if (found === undefined) return problem(404, "not_found");
    const whole = () => json({ id, revision: found.revision, events: found.events });
    if (found.events.some((each) => each.action_id === body["action_id"])) return whole();
    if (request.headers.get("If-Match") !== `"${found.revision}"`) return problem(412, "version_mismatch", {}, { present_revision: found.revision, state: "handled" });
    const claimed = this.claim(body["photo_ids"] as string[], id, account, secret);
    if (claimed instanceof Response) return claimed;
    found.events.push({ action_id: body["action_id"] as string, photo_ids: body["photo_ids"] as string[] });
    found.revision += 1;
    return whole();
  }

  private notFixed(code: string, body: Record<string, unknown>, secret: string | null): Response {
    const taken = this.answers.get(code) ?? [];
    if (taken.includes(body["answer_id"] as string)) return json({ report_id: "r", entries: [] });
    if (taken.length > 0) return problem(409, "not_closed");
    const claimed = this.claim(body["photo_ids"] as string[], code, null, secret);
    if (claimed instanceof Response) return claimed;
    this.answers.set(code, [body["answer_id"] as string]);
    return json({ report_id: "r", entries: [] });
  }

  private rate(code: string, body: Record<string, unknown>): Response {
    const said = JSON.stringify(body);
    if ((this.ratings.get(code) ?? said) !== said) return problem(409, "already_rated");
    this.ratings.set(code, said);
    return json({ report_id: "r", entries: [], may_rate: false });
  }

  private claim(ids: readonly string[], owner: string, account: string | null, secret: string | null): Response | { id: string; sha256: string }[] {
    const unknown = ids.filter((each) => {
      const photo = this.photos.get(each);
      return photo === undefined || !this.isUploader(photo, account, secret);
    });
    if (unknown.length > 0) return problem(422, "photos_refused", {}, { errors: unknown.map((_, index) => ({ field: `photo_ids.${index}`, code: "photo_unknown", detail: "照片不存在" })) });
    return ids.map((each) => {
      const photo = this.photos.get(each) as StoredPhoto;
      photo.owner = owner;
      return { id: each, sha256: photo.sha256 };
    });
  }
}

export function photoIdsOf(body: Record<string, unknown>): string[] {
  const answers = (body["answers"] ?? []) as { photo_ids: string[] }[];
  return [...((body["photo_ids"] ?? []) as string[]), ...answers.flatMap((each) => each.photo_ids)];
}

function json(content: unknown, status = 200): Response {
  return new Response(JSON.stringify(content), { status, headers: { "Content-Type": "application/json", Date: new Date().toUTCString() } });
}

function problem(status: number, code: string, headers: Record<string, string> = {}, members: Record<string, unknown> = {}): Response {
  return new Response(JSON.stringify({ ...members, status, code, title: code, detail: `${code} in words` }), { status, headers: { "Content-Type": "application/problem+json", ...headers } });
}

const receiptOf = (id: string, photo: StoredPhoto) => ({ id, sha256: photo.sha256, size_bytes: photo.bytes.length, media_type: "image/jpeg", width: 1, height: 1 });

const total = (parts: readonly Uint8Array[]) => parts.reduce((sum, each) => sum + each.length, 0);

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(total(parts));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

async function digest(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.from(bytes)));
}

export async function hexDigest(bytes: Uint8Array): Promise<string> {
  return Buffer.from(await digest(bytes)).toString("hex");
}

async function base64Digest(bytes: Uint8Array): Promise<string> {
  return Buffer.from(await digest(bytes)).toString("base64");
}
