/** One request of the sender, from a page or from the service worker: an answer of our own server's, or a `Problem`. */
import { Problem, problemOf } from "@/api/problems";
import { timeLimit } from "@/api/time_limit";

export type Fetch = (request: Request) => Promise<Response>;

export interface Question {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: Blob | string;
  /** Without, nobody's cookie goes along: the record was made by nobody in particular. */
  isSignedIn: boolean;
  /** Give up after so long; a dead network answers nothing, ever. */
  seconds: number;
}

export interface Answered {
  status: number;
  headers: Headers;
  /** Empty where the answer has no body. */
  json: Record<string, unknown>;
}

export async function ask(fetch: Fetch, question: Question): Promise<Answered> {
  const response = await send(fetch, question);
  if (response.type === "opaqueredirect" || response.redirected) throw Problem.notOurServer();
  if (!response.ok) throw await refusalOf(question.method, response);
  if (response.status === 204) return { status: 204, headers: response.headers, json: {} };
  // A captive portal answers 200 with a page of its own; nothing of that is a receipt.
  if (!(response.headers.get("Content-Type") ?? "").startsWith("application/json")) throw Problem.notOurServer();
  return { status: response.status, headers: response.headers, json: await readJson(response) };
}

async function send(fetch: Fetch, question: Question): Promise<Response> {
  const { method, path, headers, body, isSignedIn, seconds } = question;
  const request = new Request(new URL(path, location.origin), {
    method,
    headers,
    body: body ?? null,
    credentials: isSignedIn ? "same-origin" : "omit",
    redirect: "manual",
    cache: "no-store",
    signal: timeLimit(seconds),
  });
  try {
    return await fetch(request);
  } catch (error) {
    throw Problem.unreachable(error);
  }
}

async function readJson(response: Response): Promise<Record<string, unknown>> {
  let text: string;
  try {
    text = await response.text();
  } catch (error) {
    throw Problem.unreachable(error);
  }
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === "object" && json !== null && !Array.isArray(json)) return json as Record<string, unknown>;
  } catch {
    // Cut off, or another's: no receipt either way.
  }
  throw Problem.notOurServer();
}

async function refusalOf(method: string, response: Response): Promise<Problem> {
  if (method === "HEAD") return refusalWithoutBody(response);
  try {
    const problem = await problemOf(response);
    // A proxy before our server refuses in its own words what is too large; asking again would not help.
    if (problem.kind === "foreign" && response.status === 413) return new Problem("refused", 413, "too_large", "");
    return problem;
  } catch (error) {
    return Problem.unreachable(error);
  }
}

/** What refuses a HEAD says so by its headers alone. */
function refusalWithoutBody(response: Response): Problem {
  const isOurs = (response.headers.get("Content-Type") ?? "").includes("problem+json");
  if (!isOurs) return response.status >= 500 ? new Problem("unreachable", response.status, "server_unavailable", "") : Problem.notOurServer();
  const seconds = Number(response.headers.get("Retry-After"));
  return new Problem("refused", response.status, "", "", [], seconds > 0 ? seconds : null);
}

/** An answer that is our server's, about this very thing, and yet not what it should vouch for. */
export function receiptDiffers(answered: Answered): Problem {
  return new Problem("refused", answered.status, "receipt_differs", "", [], null, answered.json);
}

/** When the server answered, by its own clock; by this phone's where a proxy has dropped it. */
export function serverTime(headers: Headers): string {
  const told = Date.parse(headers.get("Date") ?? "");
  return new Date(Number.isNaN(told) ? Date.now() : told).toISOString();
}
