/** One request of the sender, from a page or from the service worker: an answer of our own server's, or a `Problem`. */
import { Problem, problemOf } from "@/api/problems";

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
  if (!response.ok) throw await refusalOf(response);
  if (response.status === 204) return { status: 204, headers: response.headers, json: {} };
  // A captive portal answers 200 with a page of its own; nothing of that is a receipt.
  if (!(response.headers.get("Content-Type") ?? "").startsWith("application/json")) throw Problem.notOurServer();
  return { status: response.status, headers: response.headers, json: await readJson(response) };
}

async function send(fetch: Fetch, question: Question): Promise<Response> {
  const { method, path, headers, body, isSignedIn, seconds } = question;
  try {
    return await fetch(
      new Request(new URL(path, location.origin), {
        method,
        headers,
        body: body ?? null,
        credentials: isSignedIn ? "same-origin" : "omit",
        redirect: "manual",
        cache: "no-store",
        signal: AbortSignal.timeout(seconds * 1000),
      }),
    );
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

async function refusalOf(response: Response): Promise<Problem> {
  try {
    const problem = await problemOf(response);
    // A proxy before our server refuses in its own words what is too large; asking again would not help.
    if (problem.kind === "foreign" && response.status === 413) return new Problem("refused", 413, "too_large", "");
    return problem;
  } catch (error) {
    return Problem.unreachable(error);
  }
}
