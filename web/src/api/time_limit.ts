/**
 * A signal that ends a request after so many seconds, or as soon as another signal does.
 *
 * Written out because phones in use lack `AbortSignal.any` (Safari before 17.4, WebViews before 116) and `AbortSignal.timeout` (Safari before 16).
 * Once the request is over, the timer that is left ends nothing.
 */
export function timeLimit(seconds: number, also?: AbortSignal): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new DOMException("The time for this request is over", "TimeoutError")), Math.ceil(seconds * 1000));
  const follow = (): void => controller.abort(also?.reason);
  if (also?.aborted) follow();
  else also?.addEventListener("abort", follow, { once: true });
  return controller.signal;
}
