"""Settings, from environment variables.

DJANGO_ENV=production is for real use and insists on what it needs; anything else is development.
DEMO=1 adds the demo accounts' switch bar and is refused in production.
"""

import os
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from supervision import logging as project_logging

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

PRODUCTION = env.str("DJANGO_ENV", default="development") == "production"
DEMO = env.bool("DEMO", default=False)
DEMO_SEASON = env.bool("DEMO_SEASON", default=True)
DEBUG = env.bool("DEBUG", default=False)
DEMO_PASSWORD = "Demo-2026-huaiyang"
if PRODUCTION and (DEMO or DEBUG):
    raise ImproperlyConfigured("生产环境（DJANGO_ENV=production）不允许 DEMO=1 或 DEBUG=1")

if PRODUCTION:
    SECRET_KEY = env.str("SECRET_KEY")
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
else:
    SECRET_KEY = env.str("SECRET_KEY", default="development-only-" + "0" * 48)
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Opens the secrets of the gateway's keys: the first encrypts, all decrypt.
GATEWAY_SECRETS = env.list("GATEWAY_SECRETS", default=[SECRET_KEY])

# --- Applications ----------------------------------------------------------------------------

INSTALLED_APPS = [
    "supervision",
    "supervision.assessment",
    "supervision.dashboard",
    "supervision.gateway",
    "supervision.outbound",
    "supervision.reconciling",
    "supervision.reminders",
    "supervision.search",
    "clues",
    "inspections",
    "credit",
    "matters",
    "departments",
    "records",
    "records.admin_config.PlatformAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "departments.axes_config.LoginSafetyConfig",
    "csp",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "drf_spectacular",
    "guardian",
    "rest_framework",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "supervision.health.HealthMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "supervision.not_found.StraightMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    # Before the actor, which takes the number of the request over into the trail.
    "django_structlog.middlewares.RequestMiddleware",
    "records.middleware.ActorMiddleware",
    "records.middleware.NoNulMiddleware",
    "departments.middleware.NoBusinessForAdministrators",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "supervision.urls"
WSGI_APPLICATION = "supervision.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "supervision.context.shell",
            ],
        },
    }
]

# --- Database, cache, queue ------------------------------------------------------------------

if PRODUCTION:
    DATABASES = {"default": env.db("DATABASE_URL")}
    REDIS_URL = env.str("REDIS_URL")
else:
    DATABASES = {"default": env.db("DATABASE_URL", default="postgres://app@127.0.0.1/supervision")}
    REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
# Parallel workers and compiled queries take longer to start than a page of a list by its index.
# The last one frees what a killed process held locked while its statement was still running.
DATABASES["default"]["OPTIONS"].setdefault(
    "options",
    "-c max_parallel_workers_per_gather=0 -c jit=off -c random_page_cost=1.1"
    " -c client_connection_check_interval=2s",
)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Each person who runs the tests against a shared server names a database of their own.
DATABASES["default"]["TEST"] = {"NAME": f"test_{env.str('TEST_DB', default='supervision')}"}
# script/test fills one database and lets every process of the tests begin with a copy of it.
if TEST_DB_TEMPLATE := env.str("TEST_DB_TEMPLATE", default=""):
    DATABASES["default"]["TEST"]["TEMPLATE"] = TEST_DB_TEMPLATE
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "records.cache.TolerantRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "supervision",
        # What only saves work must not cost a page more than it saves.
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
    }
}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = env.int("CELERY_WORKER_CONCURRENCY", default=2)
# No task may outlive the visibility timeout: the queue would hand it out a second time.
CELERY_TASK_TIME_LIMIT = 3000
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    # A worker notices that its queue hangs; people who wake it wait less (records.queue).
    "socket_connect_timeout": 3,
    "socket_timeout": 10,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True

# Each queue has a worker of its own (script/server, docs/operations.md), so that what people wait
# for never stands behind what takes minutes, nor behind a system that does not answer.
_QUEUES = {
    # Done in a moment: what has to happen at its time or shows on a page that somebody looks at.
    "prompt": (
        "supervision.tasks.heartbeat",
        "inspections.publish_results",
        "dashboard.fold_rollups",
        "search.spell_names",
        "credit.end_adjustments",
        "credit.end_sanctions",
    ),
    # Waits for other systems.
    "delivery": ("records.deliver_outbox",),
    # As much work as there are rows.
    "long": (
        "supervision.tasks.clear_sessions",
        "records.run_import",
        "records.resume_imports",
        "records.sweep_uploads",
        "gateway.sweep",
        "gateway.sequence",
        "outbound.report_missing",
        "reconciling.look",
        "credit.evaluate",
        "credit.evaluate_unfinished",
        "credit.evaluate_stale",
        "credit.age_facts",
        "credit.compare_subjects",
        "credit.label_subjects",
        "credit.review_white_list",
        "inspections.run_scheduled_draws",
        "inspections.tell_overdue_mending",
        "clues.evaluate_warnings",
        "clues.write_warning_reports",
        "reminders.remind",
        "assessment.compute",
        "assessment.look",
        "assessment.compute_anew",
    ),
}
CELERY_TASK_QUEUES: dict[str, dict[str, str]] = {name: {} for name in _QUEUES}
CELERY_TASK_ROUTES = {task: {"queue": name} for name, tasks in _QUEUES.items() for task in tasks}
CELERY_TASK_DEFAULT_QUEUE = "long"
CELERY_TASK_CREATE_MISSING_QUEUES = False
# Each has a connection of its own; more than the database has processors for gain nothing.
EVALUATION_LANES = env.int("EVALUATION_LANES", default=min(4, os.cpu_count() or 1))

# --- People ----------------------------------------------------------------------------------

AUTH_USER_MODEL = "departments.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "departments.backends.PersonBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"

_VALIDATORS = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATORS}.UserAttributeSimilarityValidator"},
    {
        "NAME": "departments.passwords.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": f"{_VALIDATORS}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATORS}.NumericPasswordValidator"},
]

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.5  # hours
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False  # departments.admin shows the attempts, to the security administrator
# Counting by name alone is what we want: a guesser with many addresses is locked out as well.
SILENCED_SYSTEM_CHECKS = ["axes.W006"]

SESSION_COOKIE_AGE = 30 * 60  # seconds without a request until logout
SESSION_SAVE_EVERY_REQUEST = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

# --- Security --------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = PRODUCTION
# Whoever watches over the processes asks them directly, without TLS.
SECURE_REDIRECT_EXEMPT = [r"^health/$"]
SECURE_HSTS_SECONDS = 31536000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    MIDDLEWARE.insert(0, "records.middleware.ProxyAddressMiddleware")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# --- Files -----------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS: list[Path | tuple[str, Path]] = [BASE_DIR / "static"]
# Filled by script/vendor from node_modules; templates say {% static "vendor/..." %}.
VENDOR_DIR = BASE_DIR / "var" / "vendor"
if VENDOR_DIR.is_dir():
    STATICFILES_DIRS.append(("vendor", VENDOR_DIR))
# Hashed names need a collectstatic before; tests and runserver do without.
STATIC_MANIFEST = env.bool("STATIC_MANIFEST", default=PRODUCTION)
EVIDENCE_ROOT = Path(env.str("EVIDENCE_ROOT", default=str(VAR_DIR / "evidence")))
MEDIA_ROOT = EVIDENCE_ROOT
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": EVIDENCE_ROOT},
    },
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if STATIC_MANIFEST
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}

MAX_UPLOAD_BYTES = env.int("MAX_UPLOAD_BYTES", default=20 * 1024 * 1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_UPLOAD_BYTES
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o640
# A bulk page posts one field per chosen row.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

# Whether the outbox may call this very machine: a relay of the province may stand there.
OUTBOX_LOOPBACK = env.bool("OUTBOX_LOOPBACK", default=not PRODUCTION)
# Where the outbox delivers; a system without an address keeps its messages waiting, visibly.
OUTBOX_TARGETS = {
    name: {
        "url": env.str(f"OUTBOX_{name.upper()}_URL"),
        "token": env.str(f"OUTBOX_{name.upper()}_TOKEN", default=""),
    }
    for name in ("credit_publicity", "province", "complaint_channel")
    if env.str(f"OUTBOX_{name.upper()}_URL", default="")
}

# --- API -------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["records.api_auth.SessionLogin"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["records.api_parsers.BoundedJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.CursorPagination",
    "PAGE_SIZE": 50,
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "records.api.problem_details",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "跨部门综合监管平台接口",
    "DESCRIPTION": "监管事项、监管对象、联合检查、结果公示、线索协作、预警和信息共享的接口。",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "supervision.api_schema.describe",
    ],
    "ENUM_NAME_OVERRIDES": {
        "MatterState": "matters.models.MatterVersion.State",
        "UpstreamMatterState": "matters.models.UpstreamMatter.State",
        "DutyPart": "matters.models.Duty.Part",
        "SupervisionWay": "matters.models.MatterVersion.Way",
        "PolicyState": "credit.models.SupervisionPolicy.State",
        "SubjectStatus": "credit.models.Subject.Status",
        "EnteredSubjectStatus": "credit.models.Subject.ENTERED",
        "CreditEventKind": "credit.rules.events.KIND_CHOICES",
        "EvaluationKind": "credit.models.Evaluation.Kind",
        "EvaluationState": "credit.models.Evaluation.State",
        "IndicatorSetState": "credit.models.IndicatorSet.State",
        "PetitionState": "credit.models.Petition.State",
        "PetitionKind": "credit.models.Petition.Kind",
        "PetitionOutcome": "credit.models.Petition.Outcome",
        "PetitionItemAbout": "credit.models.PetitionItem.About",
        "PlanItemState": "inspections.models.PlanItem.State",
        "PlanPartState": "inspections.models.PlanItemPart.State",
        "PublicTrustLevel": "inspections.models.PlanItem.Level",
        "DrawState": "inspections.models.Draw.State",
        "TaskState": "inspections.models.JointTask.State",
        "TaskOrigin": "inspections.models.JointTask.Origin",
        "ReportedActKind": "supervision.outbound.models.ActReport.Kind",
        "OriginAbove": "supervision.gateway.api.pushes.ORIGINS",
        "TaskPartState": "inspections.models.TaskPart.State",
        "ResultState": "inspections.models.Result.State",
        "ClueState": "clues.models.Clue.State",
        "ClueChannel": "clues.models.Clue.Channel",
        "EnteredChannel": "clues.services.intake_facts.ENTERED_CHANNELS",
        "ClueOutcome": "clues.models.Clue.Outcome",
        "LetterState": "clues.models.Referral.State",
        "JointState": "clues.models.JointVerification.State",
        "JointPartState": "clues.models.VerificationPart.State",
        "PenaltyState": "clues.models.Penalty.State",
        "PenaltyKind": "clues.models.Penalty.Kind",
        "MeasureState": "clues.models.CompulsoryMeasure.State",
        "MeasureKind": "clues.models.CompulsoryMeasure.Kind",
        "MeasureOutcome": "clues.models.CompulsoryMeasure.OUTCOMES",
        "MeasureGround": "clues.models.CompulsoryMeasure.GROUNDS",
        "CrimeState": "clues.models.CrimeHandover.State",
        "DisputeState": "clues.models.Dispute.State",
        "AboutEnum": "clues.models.Dispute.About",
        "RefusalState": "clues.models.Refusal.State",
        "WarningState": "clues.models.RiskWarning.State",
        "WarningOrigin": "clues.models.RiskWarning.Origin",
        "WarningLevel": "clues.rules.warnings.LEVELS",
        "SharingEntryState": "clues.models.SharingEntry.State",
        "LetterKind": "clues.rules.kinds.KIND_CHOICES",
        "SharingWay": "clues.models.SharingEntry.Way",
        "SharedRecordState": "clues.models.SharedRecord.State",
        "SharingRequestState": "clues.models.SharingRequest.State",
    },
}

# --- Language and time -----------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

# --- Logs ------------------------------------------------------------------------------------

LOGGING = project_logging.configuration(
    production=PRODUCTION, level=env.str("LOG_LEVEL", default="INFO")
)
project_logging.configure_structlog()
DJANGO_STRUCTLOG_CELERY_ENABLED = True
