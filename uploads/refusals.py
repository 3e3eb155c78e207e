"""Why a photo is not taken in: one code for programs, one sentence for people, per reason."""

from __future__ import annotations

from enum import StrEnum

from server.errors import DomainError, FieldError


class RefusalCode(StrEnum):
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNSUPPORTED_TYPE = "unsupported_type"
    TYPE_MISMATCH = "type_mismatch"
    TOO_MANY_PIXELS = "too_many_pixels"
    TRUNCATED = "truncated"
    INCOMPLETE = "incomplete"
    UNDECODABLE = "undecodable"
    TOO_COSTLY = "too_costly"
    DIGEST_MISMATCH = "digest_mismatch"


_STATUS = {
    RefusalCode.INCOMPLETE: 400,
    RefusalCode.TOO_LARGE: 413,
    RefusalCode.UNSUPPORTED_TYPE: 415,
    RefusalCode.TYPE_MISMATCH: 415,
}
_SENTENCES = {
    RefusalCode.EMPTY: ("照片内容为空", "The photo is empty"),
    RefusalCode.TOO_LARGE: ("照片文件过大", "The photo has too many bytes"),
    RefusalCode.UNSUPPORTED_TYPE: (
        "不支持的图片格式，请使用 JPEG、PNG、WebP、HEIC 或 AVIF",
        "Not a supported image format; send JPEG, PNG, WebP, HEIC or AVIF",
    ),
    RefusalCode.TYPE_MISMATCH: (
        "声明的图片类型与实际内容不符",
        "The declared type is not the type of the content",
    ),
    RefusalCode.TOO_MANY_PIXELS: ("照片像素过多", "The photo has too many pixels"),
    # The picture itself; what a broken line did to a whole picture is told apart, for sending that one again helps.
    RefusalCode.TRUNCATED: (
        "照片文件不完整，请重新拍摄或选择",
        "The photo's file is cut short; take or choose it again",
    ),
    RefusalCode.INCOMPLETE: (
        "上传中断，没有收完，请重新上传",
        "The upload broke off; please send the photo again",
    ),
    RefusalCode.UNDECODABLE: ("照片已损坏，无法打开", "The photo is damaged and cannot be opened"),
    RefusalCode.TOO_COSTLY: (
        "照片解码所需的时间或内存过多，请缩小或另存后再上传",
        "The photo takes too much time or memory to decode; make it smaller or save it anew",
    ),
    RefusalCode.DIGEST_MISMATCH: (
        "照片在传输中发生了变化，请重新上传",
        "The bytes that arrived are not those the digest was made of; please send the photo again",
    ),
}


class PhotoRefused(DomainError):
    """These bytes are not a photo that can be stored. `code` is a `RefusalCode`; nothing was kept."""

    def __init__(self, reason: RefusalCode, **facts: object) -> None:
        zh, en = _SENTENCES[reason]
        error = FieldError("body", reason.value, zh, en)
        super().__init__(zh, en, code=reason.value, errors=[error], extra=facts)
        self.reason = reason
        # An attribute of the instance: one refusal is one class, the status goes with its reason.
        self.status = _STATUS.get(reason, 422)  # type: ignore[misc]
