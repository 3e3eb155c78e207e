/** The one way to the server: typed by its OpenAPI document, signed in by cookie, every refusal a `Problem`. */
import createClient, { type Middleware } from "openapi-fetch";

import { language } from "@/app/language";

import { renewSession } from "./renewal";
import { csrfToken } from "./csrf";
import { Problem, problemOf } from "./problems";
import type { components, paths } from "./schema";
import { timeLimit } from "./time_limit";

export type Schemas = components["schemas"];

const WRITES = new Set(["POST", "PUT", "PATCH", "DELETE"]);

/** Reads stop waiting; writes are sent by hand and wait as long as the server works. */
const READ_SECONDS = 20;

const manners: Middleware = {
  async onRequest({ request }) {
    request.headers.set("Accept-Language", language());
    if (WRITES.has(request.method)) {
      const token = await csrfToken("csrf_access_token");
      if (token !== null) request.headers.set("X-CSRF-TOKEN", token);
    }
    return request;
  },
  async onResponse({ response }) {
    if (!response.ok) throw await problemOf(response);
    // A captive portal answers 200 with its own page; nothing of that is an answer.
    const type = response.headers.get("Content-Type") ?? "";
    if (response.status === 204) return response;
    if (!type.includes("json")) throw Problem.notOurServer();
    return new Response(await wholeBody(response), { status: response.status, headers: response.headers });
  },
};

/** fetch that outlives an expired sign-in: renewed once (over all tabs), then asked again. */
export async function signedFetch(request: Request): Promise<Response> {
  const again = request.clone();
  const timed = request.method === "GET" ? new Request(request, { signal: timeLimit(READ_SECONDS, request.signal) }) : request;
  const response = await send(timed);
  if (response.status !== 401 || new URL(request.url).pathname.startsWith("/api/v1/sessions")) return response;
  if (!(await renewSession())) return response;
  if (WRITES.has(again.method)) {
    const token = await csrfToken("csrf_access_token");
    if (token !== null) again.headers.set("X-CSRF-TOKEN", token);
  }
  return send(again);
}

/** The body to its last byte; a line that breaks within it is as good as no answer. */
async function wholeBody(response: Response): Promise<string> {
  try {
    return await response.text();
  } catch (error) {
    throw Problem.unreachable(error);
  }
}

async function send(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    throw Problem.unreachable(error);
  }
}

export const api = createClient<paths>({ baseUrl: globalThis.location?.origin ?? "", fetch: signedFetch, credentials: "same-origin" });
api.use(manners);

/** What a successful call brought; a refusal has been thrown as `Problem` before. */
export async function answer<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T;
}
