/** A refusal as the server words it (RFC 9457), or the reason why no server answered. */

export interface FieldProblem {
  field: string;
  code: string;
  detail: string;
}

type Kind = "refused" | "unreachable" | "foreign";

export class Problem extends Error {
  constructor(
    readonly kind: Kind,
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly errors: readonly FieldProblem[] = [],
    readonly retryAfterSeconds: number | null = null,
    readonly members: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail || code);
    this.name = "Problem";
  }

  /** No answer at all: no network, server down, or it took too long. */
  static unreachable(cause: unknown): Problem {
    const problem = new Problem("unreachable", 0, "unreachable", "");
    problem.cause = cause;
    return problem;
  }

  /** Something answered that is not our server, such as a hotel's sign-in page. */
  static notOurServer(): Problem {
    return new Problem("foreign", 0, "not_our_server", "");
  }

  /** Whether the same again may go through later, without anybody changing anything. */
  get isTemporary(): boolean {
    return this.kind !== "refused" || this.status === 429 || this.status === 408 || this.status >= 500;
  }

  get isSignInNeeded(): boolean {
    return this.status === 401;
  }
}

export async function problemOf(response: Response): Promise<Problem> {
  const type = response.headers.get("Content-Type") ?? "";
  if (!type.includes("problem+json")) {
    return response.status >= 500 ? new Problem("unreachable", response.status, "server_unavailable", "") : new Problem("foreign", response.status, "not_our_server", "");
  }
  const body = (await response.json()) as Record<string, unknown>;
  const seconds = Number(response.headers.get("Retry-After"));
  return new Problem(
    "refused",
    response.status,
    String(body["code"] ?? ""),
    String(body["detail"] ?? body["title"] ?? ""),
    Array.isArray(body["errors"]) ? (body["errors"] as FieldProblem[]) : [],
    Number.isFinite(seconds) && seconds > 0 ? seconds : null,
    body,
  );
}
