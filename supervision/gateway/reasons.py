"""Why a call is refused: the machine's code and the words for the administrator's page."""

from __future__ import annotations

REASONS = {
    "signature_missing": "没有签名",
    "signature_malformed": "签名格式不正确",
    "signature_coverage": "签名没有覆盖必须的部分",
    "signature_time": "签名时间超出允许范围",
    "signature_invalid": "密钥编号或签名不正确",
    "digest_mismatch": "正文与摘要不符",
    "nonce_reused": "随机数重复使用",
    "key_not_valid": "密钥未启用、已到期或已吊销",
    "client_suspended": "接入系统已停用",
    "network_not_allowed": "来源地址不在允许的网段",
    "scope_missing": "没有相应权限",
    "rate_exceeded": "调用过于频繁",
}
