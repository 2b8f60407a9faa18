"""Django settings. Everything that an operator may choose is an environment variable that starts with HANDRAIL_."""

from handrail.core.common import home, keys

from . import database, reach

HOME = home.open_home()
DEMO = HOME.demo
SECRET_KEY = keys.ring().django
DEBUG = False
REACH = reach.from_environment()
ALLOWED_HOSTS = list(REACH.hosts)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if REACH.proxy else None  # reach.Door asks who says so

INSTALLED_APPS = [
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "handrail.core.ui",
    "handrail.core.journal.apps.JournalConfig",
    "handrail.core.org.apps.OrgConfig",
    "handrail.core.people.apps.PeopleConfig",
    "handrail.core.supplies.apps.SuppliesConfig",
    "handrail.core.encounters.apps.EncountersConfig",
    "handrail.services.exchange.apps.ExchangeConfig",
    "handrail.services.naloxone.apps.NaloxoneConfig",
    "handrail.services.consumption.apps.ConsumptionConfig",
    "handrail.services.drugchecking.apps.DrugcheckingConfig",
    "handrail.fronts.console",
    "handrail.evidence.release.apps.ReleaseConfig",
    "handrail.fronts.desk",
    "handrail.fronts.outbox",
    "handrail.fronts.public",
]

MIDDLEWARE = [
    "handrail.config.reach.Door",
    "handrail.core.ui.middleware.Shield",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "handrail.core.org.session.SignedIn",
]

ROOT_URLCONF = "handrail.config.urls"
WSGI_APPLICATION = "handrail.config.wsgi.application"
DATABASES = {"default": database.from_environment(HOME.database)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "handrail.core.ui.context.page",
                "handrail.fronts.desk.context.desk",
            ],
            "builtins": [
                "django.templatetags.tz",
                "django.templatetags.i18n",
                "django.templatetags.static",
                "handrail.core.ui.templatetags.ui",
            ],
        },
    }
]

SESSION_COOKIE_NAME = "handrail"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_AGE = 12 * 60 * 60  # a long shift
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = REACH.https
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_AGE = None  # ends with the browser
CSRF_FAILURE_VIEW = "handrail.core.ui.failures.stale_form"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000  # a shelf of some hundred lots is one form
FILE_UPLOAD_HANDLERS = ["handrail.core.ui.middleware.NoFiles"]

LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STORAGES = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

LOGGING = {  # no request line, no body, no address: what failed and where in the code
    "version": 1,
    "disable_existing_loggers": True,
    "handlers": {"null": {"class": "logging.NullHandler"}, "console": {"class": "logging.StreamHandler"}},
    "loggers": {
        "django": {"handlers": ["null"], "propagate": False},
        "handrail": {"handlers": ["console"], "level": "WARNING", "propagate": False},
    },
}
