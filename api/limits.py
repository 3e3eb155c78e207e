"""Rate limits by account or, for nobody in particular, by address; each names what it guards."""

from __future__ import annotations

from flask import Flask, request
from flask_jwt_extended import get_jwt_identity, verify_jwt_in_request
from flask_jwt_extended.exceptions import JWTExtendedException
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from jwt.exceptions import PyJWTError

from server.config import Config

SIGN_IN = "20 per minute; 200 per hour"
ONE_TIME_CODE = "5 per minute; 30 per hour"
ANONYMOUS_WRITE = "30 per minute; 300 per hour"
# Many people share one address at a carrier's gateway, and a page asks several times.
PUBLIC_READ = "300 per minute"
PHOTO = "120 per minute; 3000 per hour"
# A file of a hundred thousand rows keeps a processor busy for half a minute.
EXPORT = "30 per minute; 300 per hour"
DEFAULT = "1200 per minute"


def asker() -> str:
    """The account that a valid token names, else the address. Limits are asked before the route's own mark, and
    before any query: a flood must cost less than what it asks for."""
    if request.method == "OPTIONS":  # asks nothing of anybody's; its token is not looked at
        return f"address:{get_remote_address()}"
    try:
        verify_jwt_in_request(optional=True)
        identity = get_jwt_identity()
    except (JWTExtendedException, PyJWTError):
        identity = None
    return f"account:{identity}" if identity else f"address:{get_remote_address()}"


limiter = Limiter(key_func=asker, default_limits=[DEFAULT], headers_enabled=True, strategy="moving-window")


def configure(app: Flask, config: Config) -> None:
    app.config.update(
        RATELIMIT_ENABLED=config.rate_limits_enabled,
        RATELIMIT_STORAGE_URI=config.redis_url or "memory://",
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=bool(config.redis_url),
    )
    limiter.init_app(app)
    limiter.request_filter(lambda: request.path in ("/healthz", "/readyz", "/metrics"))
