"""Names the records of logins in Chinese on the administration pages."""

from axes.apps import AppConfig


class LoginSafetyConfig(AppConfig):
    verbose_name = "登录安全"
